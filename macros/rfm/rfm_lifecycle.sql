{#
    The stage of a consumer (docs/rules.md section 5): of who never redeemed, new or old by the first send; of who did, by recency.
    The bounds are the R thresholds of the scores 4 (30 days) and 2 (180 days).
#}
{% macro rfm_lifecycle(last_use_date, recency_days, first_send_date, as_of_date) -%}
    {%- set bounds = coupon_rfm.setting('rfm_thresholds')['recency'] -%}
    case
        when {{ last_use_date }} is null
            and {{ dbt.datediff(first_send_date, as_of_date, 'day') }} <= {{ bounds[1] }} then '未核销新客'
        when {{ last_use_date }} is null then '未核销老客'
        when {{ recency_days }} <= {{ bounds[1] }} then '活跃'
        when {{ recency_days }} <= {{ bounds[3] }} then '沉睡'
        else '久未核销'
    end
{%- endmacro %}
