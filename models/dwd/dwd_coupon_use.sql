{{ config(materialized='view') }}

with

-- Nearly all sends have a consumer of their own: their uses are read without a join.
of_own_consumers as (
    select
        *,
        send_consumer_id as known_send_consumer_id,
        send_consumer_key as known_send_consumer_key,
        send_consumer_id as send_consumer_id_at_send,
        send_consumer_key as send_consumer_key_at_send,
        send_date as send_consumer_known_date
    from {{ ref('dwd_coupon_use_checked') }}
    where outcome = 'accepted' and send_consumer_key is not null
),

-- A send that was rejected has no consumer, and no day on which one is known.
of_filled_consumers as (
    select
        coupon_uses.*,
        coalesce(
            filled.payer_id, filled.session_consumer_id, 'unknown'
        ) as known_send_consumer_id,
        coalesce(filled.payer_key, filled.session_consumer_key, 0) as known_send_consumer_key,
        coalesce(filled.session_consumer_id, 'unknown') as send_consumer_id_at_send,
        coalesce(filled.session_consumer_key, 0) as send_consumer_key_at_send,
        coalesce(filled.payer_known_date, coupon_uses.send_date) as send_consumer_known_date
    from {{ ref('dwd_coupon_use_checked') }} as coupon_uses
    left join {{ ref('dwd_send_consumer') }} as filled
        on coupon_uses.send_id = filled.send_id
    where coupon_uses.outcome = 'accepted' and coupon_uses.send_consumer_key is null
),

coupon_uses as (
    select * from of_own_consumers
    union all
    select * from of_filled_consumers
),

activities as (
    select * from {{ ref('dim_activity') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

shops as (
    select * from {{ ref('dim_shop') }}
),

final as (
    select
        coupon_uses.use_id,
        coupon_uses.send_id,
        coupon_uses.order_id,
        -- docs/rules.md section 4: who paid, and the send's consumer where the use has none.
        coalesce(coupon_uses.consumer_id, coupon_uses.known_send_consumer_id) as consumer_id,
        coupon_uses.pay_time,
        cast(coupon_uses.pay_time as date) as pay_date,
        coupon_uses.pay_amount,
        coupon_uses.discount_amount,
        coupon_uses.is_used,
        coupon_uses.invalid_reason is null as is_valid_use,
        coupon_uses.invalid_reason,
        coalesce(
            coupon_uses.own_consumer_key <> coupon_uses.known_send_consumer_key
            and coupon_uses.known_send_consumer_key <> 0,
            false
        ) as is_other_buyer,
        coupon_uses.send_date,
        activities.activity_id,
        agents.agent_id,
        products.product_id,
        shops.shop_id,
        coupon_uses.consumer_id as own_consumer_id,
        coupon_uses.known_send_consumer_id as send_consumer_id,
        coupon_uses.send_consumer_id_at_send,
        coupon_uses.send_consumer_known_date,
        coalesce(
            coupon_uses.own_consumer_key, coupon_uses.known_send_consumer_key
        ) as consumer_key,
        coupon_uses.own_consumer_key,
        coupon_uses.known_send_consumer_key as send_consumer_key,
        coupon_uses.send_consumer_key_at_send,
        coupon_uses.activity_key,
        coupon_uses.agent_key,
        coupon_uses.product_key,
        coupon_uses.shop_key
    from coupon_uses
    left join activities
        on coupon_uses.activity_key = activities.activity_key
    left join agents
        on coupon_uses.agent_key = agents.agent_key
    left join products
        on coupon_uses.product_key = products.product_key
    left join shops
        on coupon_uses.shop_key = shops.shop_key
)

select * from final
