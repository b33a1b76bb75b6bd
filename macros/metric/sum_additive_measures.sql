{# The sums of the measures that may be added up over any days and breakdowns, from the events of dws_coupon_event. #}
{% macro sum_additive_measures() -%}
    cast(sum(send_count) as bigint) as send_count,
        cast(sum(use_count) as bigint) as use_count,
        cast(sum(redeemed_send_count) as bigint) as redeemed_send_count,
        cast(sum(send_discount_amount) as decimal(18, 2)) as send_discount_amount,
        cast(sum(discount_amount) as decimal(18, 2)) as discount_amount,
        cast(sum(pay_amount) as decimal(18, 2)) as pay_amount
{%- endmacro %}
