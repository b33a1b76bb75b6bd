{#
    The columns of the measures that every effect table carries (docs/contract.md section 2), without people on demand; in which
    order they stand, the contract of each table says.
#}
{% macro measures(relation, with_people=true) -%}
    {%- set people = ['consumer_count', 'paying_consumer_count'] if with_people else [] -%}
    {{ coupon_rfm.for_each(
        coupon_rfm.shown_measures() + ['use_rate', 'roi'] + people + ['cohort_use_rate', 'is_mature'], relation ~ '.{0}'
    ) }}
{%- endmacro %}
