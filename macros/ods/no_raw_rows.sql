{# The relation of an optional table without a file. #}
{% macro no_raw_rows(table) -%}
select
    {%- for column in table.columns %}
    cast(null as string) as {{ column }},
    {%- endfor %}
    cast(null as string) as source_file,
    cast(null as string) as source_batch,
    cast(null as bigint) as source_line,
    cast(null as string) as corrupt_record
where false
{%- endmacro %}
