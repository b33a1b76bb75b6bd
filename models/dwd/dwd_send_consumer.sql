with

coupon_sends as (
    select * from {{ ref('dwd_coupon_send_checked') }}
),

coupon_uses as (
    select * from {{ ref('dwd_coupon_use_checked') }}
),

chat_sessions as (
    select * from {{ ref('ods_chat_session') }}
),

test_consumers as (
    select account_id
    from {{ ref('dim_test_account') }}
    where account_type = 'consumer'
),

sends_without_consumer as (
    select
        send_id,
        session_id
    from coupon_sends
    where outcome = 'accepted' and consumer_id is null
),

-- docs/rules.md section 4: a missing consumer is filled from the use of the same send, else from
-- its chat session.
payers as (
    select
        missing.send_id,
        coupon_uses.consumer_id,
        coupon_uses.pay_time,
        row_number() over (
            partition by missing.send_id
            order by coupon_uses.pay_time, coupon_uses.use_id
        ) as pay_order
    from sends_without_consumer as missing
    inner join coupon_uses
        on missing.send_id = coupon_uses.send_id
    where
        coupon_uses.outcome = 'accepted'
        and coupon_uses.is_used
        and coupon_uses.consumer_id is not null
),

session_rows as (
    select
        {{ clean_id('chat_sessions.session_id') }} as session_id,
        {{ clean_id('chat_sessions.consumer_id') }} as consumer_id,
        row_number() over (
            partition by {{ clean_id('chat_sessions.session_id') }}
            order by
                chat_sessions.source_batch desc,
                {{ row_text('chat_sessions', 'chat_session', 'chat_sessions.session_id') }} desc,
                chat_sessions.source_file desc
        ) as session_rank
    from chat_sessions
    where chat_sessions.session_id is not null
),

session_consumers as (
    select
        session_rows.session_id,
        session_rows.consumer_id
    from session_rows
    left join test_consumers
        on session_rows.consumer_id = test_consumers.account_id
    where
        session_rows.session_rank = 1
        and test_consumers.account_id is null
        and not {{ is_mangled_id(['consumer_id'], 'session_rows') }}
),

final as (
    select
        missing.send_id,
        payers.consumer_id as payer_id,
        cast(payers.pay_time as date) as payer_known_date,
        session_consumers.consumer_id as session_consumer_id
    from sends_without_consumer as missing
    left join payers
        on missing.send_id = payers.send_id and payers.pay_order = 1
    left join session_consumers
        on missing.session_id = session_consumers.session_id
)

select * from final
