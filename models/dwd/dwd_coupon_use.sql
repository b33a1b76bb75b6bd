{{ config(materialized='view') }}

with

coupon_uses as (
    select * from {{ ref('dwd_coupon_keyed_use') }}
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

final as (
    select
        coupon_uses.use_id,
        coupon_uses.send_id,
        coupon_uses.order_id,
        consumers.consumer_id,
        coupon_uses.pay_time,
        coupon_uses.pay_date,
        coupon_uses.pay_amount,
        coupon_uses.discount_amount,
        coupon_uses.is_used,
        coupon_uses.is_valid_use,
        coupon_uses.invalid_reason,
        coupon_uses.is_other_buyer,
        coupon_uses.send_date,
        coupon_uses.send_consumer_known_date,
        coupon_uses.consumer_key,
        coupon_uses.own_consumer_key,
        coupon_uses.send_consumer_key,
        coupon_uses.send_consumer_key_at_send,
        coupon_uses.activity_key,
        coupon_uses.agent_key,
        coupon_uses.product_key,
        coupon_uses.shop_key
    from coupon_uses
    left join consumers
        on coupon_uses.consumer_key = consumers.consumer_key
)

select * from final
