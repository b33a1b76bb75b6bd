{# The time from which the first version of a thing holds: before every time that can be read (docs/rules.md section 2). #}
{% macro beginning_of_time() -%}
    cast('1970-01-01 00:00:00' as timestamp)
{%- endmacro %}
