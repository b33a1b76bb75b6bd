{{ config(materialized='view') }}

with

coupon_uses as (
    select * from {{ ref('dwd_coupon_keyed_use') }}
    where is_valid_use
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

known as (
    select
        coupon_uses.*,
        {{ known_consumer(
            'coupon_uses.send_consumer_key', 'coupon_uses.send_consumer_known_date',
            'coupon_uses.send_consumer_key_at_send', 'as_of.as_of_date'
        ) }} as known_send_consumer_key
    from coupon_uses
    inner join as_of
        on coupon_uses.pay_date <= as_of.as_of_date
),

final as (
    select
        send_id,
        pay_date,
        send_date,
        -- docs/rules.md sections 4 and 5: effects follow the send's consumer, RFM and
        -- paying_consumer_count who paid.
        known_send_consumer_key as send_consumer_key,
        coalesce(own_consumer_key, known_send_consumer_key) as consumer_key,
        activity_key,
        agent_key,
        product_key,
        shop_key,
        discount_amount,
        pay_amount
    from known
)

select * from final
