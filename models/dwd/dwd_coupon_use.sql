with

coupon_uses as (
    select * from {{ ref('dwd_coupon_use_checked') }}
    where outcome = 'accepted'
),

coupon_sends as (
    select * from {{ ref('dwd_coupon_send') }}
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

with_send as (
    select
        coupon_uses.use_id,
        coupon_uses.send_id,
        coupon_uses.order_id,
        coupon_uses.consumer_id as own_consumer_id,
        coupon_uses.pay_time,
        cast(coupon_uses.pay_time as date) as pay_date,
        coupon_uses.pay_amount,
        coupon_uses.discount_amount,
        coupon_uses.is_used,
        -- docs/rules.md section 4: valid from send_time to send_time + valid_hours, both ends
        -- included.
        case
            when not coupon_uses.is_used then 'not_used'
            when coupon_uses.is_send_rejected then 'send_rejected'
            when coupon_uses.pay_time > coupon_sends.expire_time then 'expired'
        end as invalid_reason,
        coupon_sends.send_date,
        coalesce(coupon_sends.activity_id, 'unknown') as activity_id,
        coalesce(coupon_sends.agent_id, 'unknown') as agent_id,
        coalesce(coupon_sends.product_id, 'unknown') as product_id,
        coalesce(coupon_sends.shop_id, 'unknown') as shop_id,
        coalesce(coupon_sends.consumer_id, 'unknown') as send_consumer_id,
        coalesce(coupon_sends.consumer_id_at_send, 'unknown') as send_consumer_id_at_send,
        coupon_sends.consumer_known_date as send_consumer_known_date,
        consumers.consumer_key as own_consumer_key,
        coalesce(coupon_sends.consumer_key, 0) as send_consumer_key,
        coalesce(coupon_sends.consumer_key_at_send, 0) as send_consumer_key_at_send,
        coalesce(coupon_sends.activity_key, 0) as activity_key,
        coalesce(coupon_sends.agent_key, 0) as agent_key,
        coalesce(coupon_sends.product_key, 0) as product_key,
        coalesce(coupon_sends.shop_key, 0) as shop_key
    from coupon_uses
    left join coupon_sends
        on coupon_uses.send_id = coupon_sends.send_id
    left join consumers
        on coupon_uses.consumer_id = consumers.consumer_id
),

final as (
    select
        use_id,
        send_id,
        order_id,
        -- docs/rules.md section 4: who paid, and the send's consumer where the use has none.
        coalesce(own_consumer_id, send_consumer_id) as consumer_id,
        pay_time,
        pay_date,
        pay_amount,
        discount_amount,
        is_used,
        invalid_reason is null as is_valid_use,
        invalid_reason,
        coalesce(own_consumer_id, send_consumer_id) <> send_consumer_id
        and send_consumer_id <> 'unknown' as is_other_buyer,
        send_date,
        activity_id,
        agent_id,
        product_id,
        shop_id,
        own_consumer_id,
        send_consumer_id,
        send_consumer_id_at_send,
        send_consumer_known_date,
        coalesce(own_consumer_key, send_consumer_key) as consumer_key,
        own_consumer_key,
        send_consumer_key,
        send_consumer_key_at_send,
        activity_key,
        agent_key,
        product_key,
        shop_key
    from with_send
)

select * from final
