{{ config(materialized='view') }}

with

-- Nearly all sends have a consumer of their own, and are read without a join.
own_consumers as (
    select
        *,
        consumer_key as known_consumer_key,
        'send' as consumer_id_source,
        consumer_key as consumer_key_at_send,
        cast(send_time as date) as consumer_known_date
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted' and consumer_key is not null
),

filled_consumers as (
    select
        coupon_sends.*,
        filled.consumer_key as known_consumer_key,
        filled.consumer_id_source,
        filled.consumer_key_at_send,
        filled.consumer_known_date
    from {{ ref('dwd_checked_coupon_send') }} as coupon_sends
    inner join {{ ref('dwd_send_consumer') }} as filled
        on coupon_sends.send_id = filled.send_id
    where coupon_sends.outcome = 'accepted' and coupon_sends.consumer_key is null
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
        consumer_id_source,
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
