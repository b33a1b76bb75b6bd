{{ config(materialized='view') }}

with

coupon_uses as (
    select * from {{ ref('dwd_coupon_use') }}
    where is_valid_use
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

known as (
    select
        coupon_uses.*,
        {{ known_consumer(
            'coupon_uses.send_consumer_id', 'coupon_uses.send_consumer_known_date',
            'coupon_uses.send_consumer_id_at_send', 'as_of.as_of_date'
        ) }} as known_send_consumer_id
    from coupon_uses
    inner join as_of
        on coupon_uses.pay_date <= as_of.as_of_date
),

final as (
    select
        use_id,
        send_id,
        pay_date,
        send_date,
        -- docs/rules.md section 4: effects follow the send's consumer, RFM and
        -- paying_consumer_count who paid.
        known_send_consumer_id as send_consumer_id,
        coalesce(own_consumer_id, known_send_consumer_id) as consumer_id,
        activity_id,
        agent_id,
        product_id,
        shop_id,
        discount_amount,
        pay_amount
    from known
)

select * from final
