{{ config(materialized='view') }}

with

coupon_sends as (
    select * from {{ ref('dwd_coupon_send') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

final as (
    select
        coupon_sends.send_id,
        coupon_sends.send_date,
        coupon_sends.expire_time,
        {{ known_consumer(
            'coupon_sends.consumer_id', 'coupon_sends.consumer_known_date',
            'coupon_sends.consumer_id_at_send', 'as_of.as_of_date'
        ) }} as consumer_id,
        coupon_sends.activity_id,
        coupon_sends.agent_id,
        coupon_sends.product_id,
        coupon_sends.shop_id,
        coupon_sends.discount_amount
    from coupon_sends
    inner join as_of
        on coupon_sends.send_date <= as_of.as_of_date
)

select * from final
