{{ config(materialized='view') }}

with

-- Nearly all sends have a consumer of their own, and are read without a join.
own_consumers as (
    select
        *,
        consumer_id as known_consumer_id,
        'send' as consumer_id_source,
        consumer_key as known_consumer_key,
        consumer_key as consumer_key_at_send,
        cast(send_time as date) as consumer_known_date
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted' and consumer_id is not null
),

-- docs/rules.md section 4: else the consumer of its use, else that of its chat session. Before the
-- use is paid, consumer_known_date, only the session is known.
filled_consumers as (
    select
        coupon_sends.*,
        coalesce(
            filled.payer_id, filled.session_consumer_id, 'unknown'
        ) as known_consumer_id,
        case
            when filled.payer_id is not null then 'use'
            when filled.session_consumer_id is not null then 'session'
            else 'unknown'
        end as consumer_id_source,
        coalesce(filled.payer_key, filled.session_consumer_key, 0) as known_consumer_key,
        coalesce(filled.session_consumer_key, 0) as consumer_key_at_send,
        coalesce(
            filled.payer_known_date, cast(coupon_sends.send_time as date)
        ) as consumer_known_date
    from {{ ref('dwd_checked_coupon_send') }} as coupon_sends
    left join {{ ref('dwd_send_consumer') }} as filled
        on coupon_sends.send_id = filled.send_id
    where coupon_sends.outcome = 'accepted' and coupon_sends.consumer_id is null
),

coupon_sends as (
    select * from own_consumers
    union all
    select * from filled_consumers
),

final as (
    select
        send_id,
        send_time,
        cast(send_time as date) as send_date,
        {{ add_hours('send_time', 'valid_hours') }} as expire_time,
        known_consumer_id as consumer_id,
        consumer_id_source,
        activity_id,
        agent_id,
        product_id,
        shop_id,
        discount_amount,
        valid_hours,
        is_outside_activity,
        is_after_agent_left,
        consumer_known_date,
        activity_key,
        agent_key,
        product_key,
        shop_key,
        known_consumer_key as consumer_key,
        consumer_key_at_send
    from coupon_sends
)

select * from final
