{#
    The raw text of a row in one piece, by which equal keys are compared (docs/rules.md section 3): U+001F between the columns.
    NULL where the key is not a repeated one, which spares nearly all rows the work.
#}
{% macro row_text(struct, table, repeated_key) -%}
    case
        when {{ repeated_key }} is not null then
            {% for column in coupon_rfm.raw_columns(table) -%}
                {{ " || chr(31) || " if not loop.first }}coalesce({{ struct }}.{{ column }}, '')
            {%- endfor %}
    end
{%- endmacro %}
