with

coupon_sends as (
    select * from {{ ref('dws_coupon_send_as_of') }}
),

coupon_uses as (
    select * from {{ ref('dws_coupon_use_as_of') }}
),

send_levels as (
    select * from {{ ref('dws_consumer_send_level') }}
),

uses as (
    select
        coupon_uses.*,
        {{ send_segment(
            'coupon_uses.send_consumer_key', 'send_levels.segment_key'
        ) }} as segment_key
    from coupon_uses
    left join send_levels
        on coupon_uses.send_consumer_key = send_levels.consumer_key
        and coupon_uses.send_date = send_levels.send_date
),

-- From the side of the uses, which are fewer; a send with several uses is redeemed once.
redeemed_sends as (
    select distinct
        send_id,
        send_date,
        shop_key,
        activity_key,
        agent_key,
        product_key,
        segment_key,
        send_consumer_key
    from uses
),

-- docs/rules.md section 5: a send counts on its send day, a use on its pay day.
final as (
    select
        'send' as event_type,
        coupon_sends.send_date as event_date,
        coupon_sends.shop_key,
        coupon_sends.activity_key,
        coupon_sends.agent_key,
        coupon_sends.product_key,
        {{ send_segment('coupon_sends.consumer_key', 'send_levels.segment_key') }} as segment_key,
        coupon_sends.consumer_key,
        coupon_sends.discount_amount,
        cast(0 as decimal(18, 2)) as pay_amount,
        coupon_sends.expire_date
    from coupon_sends
    left join send_levels
        on coupon_sends.consumer_key = send_levels.consumer_key
        and coupon_sends.send_date = send_levels.send_date

    union all

    select
        'use' as event_type,
        pay_date as event_date,
        shop_key,
        activity_key,
        agent_key,
        product_key,
        segment_key,
        consumer_key,
        discount_amount,
        pay_amount,
        cast(null as date) as expire_date
    from uses

    union all

    select
        'redeemed_send' as event_type,
        send_date as event_date,
        shop_key,
        activity_key,
        agent_key,
        product_key,
        segment_key,
        send_consumer_key as consumer_key,
        cast(0 as decimal(18, 2)) as discount_amount,
        cast(0 as decimal(18, 2)) as pay_amount,
        cast(null as date) as expire_date
    from redeemed_sends
)

select * from final
