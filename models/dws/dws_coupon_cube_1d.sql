with

events as (
    select * from {{ ref('dws_coupon_event') }}
),

final as (
    select
        event_date as stat_date,
        shop_id,
        activity_id,
        agent_id,
        user_level,
        {{ sum_additive_measures() }},
        max(expire_time) as last_expire_time
    from events
    group by event_date, shop_id, activity_id, agent_id, user_level
)

select * from final
