{# Money per head or per send: decimal(18, 2) yuan, rounded half up, NULL where the count is 0. #}
{% macro average_amount(amount, item_count) -%}
    {{ coupon_rfm.exact_div(amount, item_count, 2) }}
{%- endmacro %}
