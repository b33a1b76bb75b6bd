with

coupon_sends as (
    select
        send_id,
        send_time,
        session_id
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted' and consumer_key is null
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
        coupon_uses.own_consumer_key as consumer_key,
        cast(coupon_uses.pay_time as date) as pay_date,
        row_number() over (
            partition by coupon_sends.send_id
            order by coupon_uses.pay_time, coupon_uses.use_id
        ) as pay_order
    from coupon_sends
    inner join coupon_uses
        on coupon_sends.send_id = coupon_uses.send_id
),

-- Before the use is paid, consumer_known_date, only the session is known.
final as (
    select
        coupon_sends.send_id,
        case
            when payers.consumer_key is not null then 'use'
            when consumers.consumer_key is not null then 'session'
            else 'unknown'
        end as consumer_id_source,
        coalesce(payers.consumer_key, consumers.consumer_key, 0) as consumer_key,
        coalesce(consumers.consumer_key, 0) as consumer_key_at_send,
        coalesce(payers.pay_date, cast(coupon_sends.send_time as date)) as consumer_known_date
    from coupon_sends
    left join payers
        on coupon_sends.send_id = payers.send_id and payers.pay_order = 1
    left join chat_sessions
        on coupon_sends.session_id = chat_sessions.session_id
    left join consumers
        on chat_sessions.consumer_id = consumers.consumer_id
)

select * from final
