{{ config(materialized='view') }}

with

-- Nearly all sends have a consumer of their own: their uses are read without a join.
of_own_consumers as (
    select
        *,
        send_consumer_key as known_send_consumer_key,
        send_consumer_key as send_consumer_key_at_send,
        send_date as send_consumer_known_date
    from {{ ref('dwd_checked_coupon_use') }}
    where outcome = 'accepted' and send_consumer_key is not null
),

-- A send that was rejected has no consumer, and no day on which one is known.
of_filled_consumers as (
    select
        coupon_uses.*,
        coalesce(filled.consumer_key, 0) as known_send_consumer_key,
        coalesce(filled.consumer_key_at_send, 0) as send_consumer_key_at_send,
        filled.consumer_known_date as send_consumer_known_date
    from {{ ref('dwd_checked_coupon_use') }} as coupon_uses
    left join {{ ref('dwd_send_consumer') }} as filled
        on coupon_uses.send_id = filled.send_id
    where coupon_uses.outcome = 'accepted' and coupon_uses.send_consumer_key is null
),

accepted_uses as (
    select * from of_own_consumers
    union all
    select * from of_filled_consumers
),

-- docs/rules.md section 4: who paid, and the send's consumer where the use has none.
coupon_uses as (
    select
        *,
        coalesce(own_consumer_key, known_send_consumer_key) as consumer_key
    from accepted_uses
),

consumers as (
    {{ ids_by_key(ref('dim_consumer'), 'consumer') }}
),

final as (
    select
        coupon_uses.use_id,
        coupon_uses.send_id,
        coupon_uses.order_id,
        consumers.consumer_id,
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
        coupon_uses.send_consumer_known_date,
        coupon_uses.consumer_key,
        coupon_uses.own_consumer_key,
        coupon_uses.known_send_consumer_key as send_consumer_key,
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
