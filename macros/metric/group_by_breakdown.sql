{# The breakdowns of dws_coupon_effect as grouping sets; their names and keys: breakdown_key. #}
{% macro group_by_breakdown() -%}
    group by grouping sets (
        (period),
        (period, user_level),
        (period, activity_id),
        (period, activity_id, user_level),
        (period, agent_id),
        (period, agent_id, user_level),
        (period, product_id)
    )
{%- endmacro %}


{# The key of a row of group_by_breakdown: item_id, '' for none, is the activity, agent or product. #}
{% macro breakdown_key() -%}
    period,
        case
            when grouping(product_id) = 0 then 'product'
            when grouping(activity_id) = 0 and grouping(user_level) = 0 then 'activity_level'
            when grouping(activity_id) = 0 then 'activity'
            when grouping(agent_id) = 0 and grouping(user_level) = 0 then 'agent_level'
            when grouping(agent_id) = 0 then 'agent'
            when grouping(user_level) = 0 then 'level'
            else 'overall'
        end as breakdown,
        coalesce(user_level, '') as level_id,
        coalesce(activity_id, agent_id, product_id, '') as item_id
{%- endmacro %}
