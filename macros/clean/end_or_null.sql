{# The end that parse_time read with is_end; NULL for a year after 2099, by which exports say that there is none. #}
{% macro end_or_null(time) -%}
    case when {{ time }} < timestamp '2100-01-01 00:00:00' then {{ time }} end
{%- endmacro %}
