{# SQL with {0} in it, once for each name, {0} being the name: a select list, or conditions joined by `or`. #}
{% macro for_each(names, template, separator=',') -%}
    {%- for name in names -%}
    {{ template.format(name) }}
    {%- if not loop.last -%}
    {{ separator if separator == ',' }}
        {{ separator ~ ' ' if separator != ',' }}
    {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
