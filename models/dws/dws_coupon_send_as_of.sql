{{ config(materialized='view') }}

with

coupon_sends as (
    select * from {{ ref('dwd_coupon_keyed_send') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

final as (
    select
        coupon_sends.send_date,
        cast(coupon_sends.expire_time as date) as expire_date,
        {{ known_consumer(
            'coupon_sends.consumer_key', 'coupon_sends.consumer_known_date',
            'coupon_sends.consumer_key_at_send', 'as_of.as_of_date'
        ) }} as consumer_key,
        coupon_sends.activity_key,
        coupon_sends.agent_key,
        coupon_sends.product_key,
        coupon_sends.shop_key,
        coupon_sends.discount_amount
    from coupon_sends
    inner join as_of
        on coupon_sends.send_date <= as_of.as_of_date
)

select * from final
