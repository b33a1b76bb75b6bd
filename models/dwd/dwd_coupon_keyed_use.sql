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

coupon_uses as (
    select * from of_own_consumers
    union all
    select * from of_filled_consumers
),

final as (
    select
        use_id,
        send_id,
        order_id,
        pay_time,
        cast(pay_time as date) as pay_date,
        pay_amount,
        discount_amount,
        is_used,
        invalid_reason is null as is_valid_use,
        invalid_reason,
        coalesce(
            own_consumer_key <> known_send_consumer_key
            and known_send_consumer_key <> 0,
            false
        ) as is_other_buyer,
        send_date,
        send_consumer_known_date,
        -- docs/rules.md section 4: who paid, and the send's consumer where the use has none.
        coalesce(own_consumer_key, known_send_consumer_key) as consumer_key,
        own_consumer_key,
        known_send_consumer_key as send_consumer_key,
        send_consumer_key_at_send,
        activity_key,
        agent_key,
        product_key,
        shop_key
    from coupon_uses
)

select * from final
