{#
    Whether a version of a dimension holds at a time: to be joined with its key, it finds one version or none. Two comparisons of
    one side each, which DuckDB joins by hash; an `or` it would not.
#}
{% macro holds_at(versions, time) -%}
    {{ time }} >= {{ versions }}.valid_from
        and {{ time }} < coalesce({{ versions }}.valid_to, cast('9999-12-31 00:00:00' as timestamp))
{%- endmacro %}
