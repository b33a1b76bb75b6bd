{# A SQL list of paths, in which what DuckDB would take for a pattern of names stands for itself. #}
{% macro file_list(files, root=none) -%}
    [
    {%- for file in files -%}
    {{ coupon_rfm.text_literal(modules.re.sub('([*?[])', '[\\1]', (root ~ '/' if root else '') ~ file)) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    ]
{%- endmacro %}
