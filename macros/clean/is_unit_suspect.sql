{#
    Whether an amount looks given in fen instead of yuan: at least 50 times the product's price (docs/rules.md section 3). A price
    of 0 or an unknown one says nothing.
#}
{% macro is_unit_suspect(amount, price) -%}
    {{ amount }}
                >= 50 * nullif({{ price }}, 0)
{%- endmacro %}
