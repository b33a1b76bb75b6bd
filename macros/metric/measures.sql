{# The measures every effect table carries, in the order of docs/contract.md section 2. #}
{% macro measures(relation) -%}
    {{ relation }}.send_count,
        {{ relation }}.use_count,
        {{ relation }}.use_rate,
        {{ relation }}.send_discount_amount,
        {{ relation }}.discount_amount,
        {{ relation }}.pay_amount,
        {{ relation }}.roi,
        {{ relation }}.consumer_count,
        {{ relation }}.paying_consumer_count,
        {{ relation }}.cohort_use_rate,
        {{ relation }}.is_mature
{%- endmacro %}
