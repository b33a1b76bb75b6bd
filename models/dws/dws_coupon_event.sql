with

coupon_sends as (
    select * from {{ ref('dws_coupon_send') }}
),

coupon_uses as (
    select * from {{ ref('dws_coupon_use') }}
),

send_levels as (
    select * from {{ ref('dws_consumer_send_level') }}
),

redeemed_sends as (
    select distinct send_id
    from coupon_uses
),

-- docs/rules.md section 5, cross-period rule: a send counts on its send day, a use on its pay day.
final as (
    select
        coupon_sends.send_date as event_date,
        coupon_sends.shop_id,
        coupon_sends.activity_id,
        coupon_sends.agent_id,
        coupon_sends.product_id,
        {{ send_user_level('coupon_sends.consumer_id', 'send_levels.user_level') }} as user_level,
        nullif(coupon_sends.consumer_id, 'unknown') as consumer_id,
        cast(null as string) as paying_consumer_id,
        cast(1 as bigint) as send_count,
        cast(0 as bigint) as use_count,
        cast(
            case when redeemed_sends.send_id is null then 0 else 1 end as bigint
        ) as redeemed_send_count,
        coupon_sends.discount_amount as send_discount_amount,
        cast(0 as decimal(18, 2)) as discount_amount,
        cast(0 as decimal(18, 2)) as pay_amount,
        coupon_sends.expire_time
    from coupon_sends
    left join send_levels
        on coupon_sends.consumer_id = send_levels.consumer_id
        and coupon_sends.send_date = send_levels.send_date
    left join redeemed_sends
        on coupon_sends.send_id = redeemed_sends.send_id

    union all

    select
        coupon_uses.pay_date as event_date,
        coupon_uses.shop_id,
        coupon_uses.activity_id,
        coupon_uses.agent_id,
        coupon_uses.product_id,
        {{ send_user_level(
            'coupon_uses.send_consumer_id', 'send_levels.user_level'
        ) }} as user_level,
        cast(null as string) as consumer_id,
        nullif(coupon_uses.consumer_id, 'unknown') as paying_consumer_id,
        cast(0 as bigint) as send_count,
        cast(1 as bigint) as use_count,
        cast(0 as bigint) as redeemed_send_count,
        cast(0 as decimal(18, 2)) as send_discount_amount,
        coupon_uses.discount_amount,
        coupon_uses.pay_amount,
        cast(null as timestamp) as expire_time
    from coupon_uses
    left join send_levels
        on coupon_uses.send_consumer_id = send_levels.consumer_id
        and coupon_uses.send_date = send_levels.send_date
)

select * from final
