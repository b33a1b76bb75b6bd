{# Code points, as they stand inside the brackets of a pattern. #}
{% macro code_point_pattern(code_points) -%}
    {%- for code in code_points %}{{ '\\x{%X}' | format(code) }}{% endfor -%}
{%- endmacro %}
