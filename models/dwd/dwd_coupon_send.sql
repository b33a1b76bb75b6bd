{{ config(materialized='view') }}

with

coupon_sends as (
    select * from {{ ref('dwd_coupon_keyed_send') }}
),

final as (
    select
        coupon_sends.send_id,
        coupon_sends.send_time,
        coupon_sends.send_date,
        coupon_sends.expire_time,
        consumers.consumer_id,
        coupon_sends.consumer_id_source,
        activities.activity_id,
        agents.agent_id,
        products.product_id,
        shops.shop_id,
        coupon_sends.discount_amount,
        coupon_sends.valid_hours,
        coupon_sends.is_outside_activity,
        coupon_sends.is_after_agent_left,
        coupon_sends.consumer_known_date,
        coupon_sends.activity_key,
        coupon_sends.agent_key,
        coupon_sends.product_key,
        coupon_sends.shop_key,
        coupon_sends.consumer_key,
        coupon_sends.consumer_key_at_send
    from coupon_sends
    left join {{ ref('dim_consumer') }} as consumers
        on coupon_sends.consumer_key = consumers.consumer_key
    left join {{ ref('dim_activity') }} as activities
        on coupon_sends.activity_key = activities.activity_key
    left join {{ ref('dim_agent') }} as agents
        on coupon_sends.agent_key = agents.agent_key
    left join {{ ref('dim_product') }} as products
        on coupon_sends.product_key = products.product_key
    left join {{ ref('dim_shop') }} as shops
        on coupon_sends.shop_key = shops.shop_key
)

select * from final
