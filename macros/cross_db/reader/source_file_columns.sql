{# The file below the raw folder, and its batch: the day of its innermost dt= folder, '' without one. #}
{% macro source_file_columns(path, root) -%}
    {%- set file -%} substr({{ path }}, {{ root | length + 2 }}) {%- endset -%}
    {%- set batch -%} regexp_extract({{ file }}, '^(?:.*/)?dt=([0-9-]+)/', 1) {%- endset -%}
    {{ file }} as source_file,
    case
        when length({{ batch }}) = 8
            then substr({{ batch }}, 1, 4) || '-' || substr({{ batch }}, 5, 2) || '-' || substr({{ batch }}, 7, 2)
        else {{ batch }}
    end as source_batch
{%- endmacro %}
