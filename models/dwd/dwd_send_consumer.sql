with

coupon_sends as (
    select
        send_id,
        session_id
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted' and consumer_id is null
),

coupon_uses as (
    select * from {{ ref('dwd_checked_coupon_use') }}
    where outcome = 'accepted' and is_used and own_consumer_key is not null
),

chat_sessions as (
    select * from {{ ref('dwd_checked_chat_session') }}
    where outcome = 'accepted'
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

-- docs/rules.md section 4: a missing consumer is filled from the use of the same send, else from
-- its chat session.
payers as (
    select
        coupon_sends.send_id,
        coupon_uses.consumer_id,
        coupon_uses.own_consumer_key,
        coupon_uses.pay_time,
        row_number() over (
            partition by coupon_sends.send_id
            order by coupon_uses.pay_time, coupon_uses.use_id
        ) as pay_order
    from coupon_sends
    inner join coupon_uses
        on coupon_sends.send_id = coupon_uses.send_id
),

final as (
    select
        coupon_sends.send_id,
        payers.consumer_id as payer_id,
        payers.own_consumer_key as payer_key,
        cast(payers.pay_time as date) as payer_known_date,
        chat_sessions.consumer_id as session_consumer_id,
        consumers.consumer_key as session_consumer_key
    from coupon_sends
    left join payers
        on coupon_sends.send_id = payers.send_id and payers.pay_order = 1
    left join chat_sessions
        on coupon_sends.session_id = chat_sessions.session_id
    left join consumers
        on chat_sessions.consumer_id = consumers.consumer_id
)

select * from final
