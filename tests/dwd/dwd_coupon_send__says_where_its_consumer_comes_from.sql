{{ config(meta={
    'test_id': 'DWD-S02',
    'name_zh': '消费者来源与消费者编号一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 4: a missing consumer is filled from the use, else the chat session, else
-- it is unknown, and the source says so.
select
    send_id,
    consumer_id,
    consumer_id_source,
    consumer_id_at_send
from {{ ref('dwd_coupon_send') }}
where
    (consumer_id = 'unknown') <> (consumer_id_source = 'unknown')
    or (consumer_id_source in ('send', 'session') and consumer_id <> consumer_id_at_send)
    or (consumer_id_source <> 'use' and consumer_known_date <> send_date)
    or (consumer_id_source = 'use' and consumer_known_date < send_date)
