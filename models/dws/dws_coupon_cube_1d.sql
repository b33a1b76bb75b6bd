with

events as (
    select * from {{ ref('dws_coupon_event') }}
),

final as (
    select
        event_date as stat_date,
        shop_key,
        activity_key,
        agent_key,
        segment_key,
        {{ measures_of_events() }},
        max(expire_date) as last_expire_date
    from events
    group by event_date, shop_key, activity_key, agent_key, segment_key
)

select * from final
