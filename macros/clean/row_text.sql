{# The raw text of a row in one piece, by which equal keys are compared (docs/rules.md section 3): U+001F between the columns. #}
{% macro row_text(struct, table) -%}
    {%- for column in coupon_rfm.raw_columns(table) -%}
        {{ " || chr(31) || " if not loop.first }}coalesce({{ struct }}.{{ column }}, '')
    {%- endfor -%}
{%- endmacro %}
