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
        cast(sum(send_count) as bigint) as send_count,
        cast(sum(use_count) as bigint) as use_count,
        cast(sum(redeemed_send_count) as bigint) as redeemed_send_count,
        cast(sum(send_discount_amount) as decimal(18, 2)) as send_discount_amount,
        cast(sum(discount_amount) as decimal(18, 2)) as discount_amount,
        cast(sum(pay_amount) as decimal(18, 2)) as pay_amount,
        max(expire_time) as last_expire_time
    from events
    group by event_date, shop_id, activity_id, agent_id, user_level
)

select * from final
