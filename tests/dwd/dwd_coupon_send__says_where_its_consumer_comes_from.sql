{{ config(meta={
    'test_id': 'DWD-S02',
    'name_zh': '消费者来源与消费者编号一致，失效时间在发送之后 24 小时内',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 4: a missing consumer is filled from the use, else the chat session, else
-- it is unknown, and the source says so; expire_time is send_time + valid_hours, at most a day.
-- None of these is NULL.
with

judged as (
    select
        *,
        consumer_id_source in ('send', 'use', 'session', 'unknown')
        and (consumer_key = 0) = (consumer_id_source = 'unknown')
        and (consumer_id_source not in ('send', 'session') or consumer_key = consumer_key_at_send)
        and send_date = cast(send_time as date)
        and case
            when consumer_id_source = 'use' then consumer_known_date >= send_date
            else consumer_known_date = send_date
        end
        and expire_time > send_time
        and expire_time <= {{ add_hours('send_time', '24') }} as is_right
    from {{ ref('dwd_coupon_send') }}
)

select
    send_id,
    consumer_key,
    consumer_id_source,
    consumer_key_at_send,
    consumer_known_date,
    send_time,
    expire_time
from judged
where not coalesce(is_right, false)
