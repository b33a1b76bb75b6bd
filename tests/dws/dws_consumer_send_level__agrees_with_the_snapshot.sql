{{ config(meta={
    'test_id': 'DWS-S04',
    'name_zh': '发送前一日的分层与同日的 RFM 快照一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: a send is judged by the segment at the end of the day before it, from
-- the same macros. Two ways to the same figure: the ledger of dws_consumer_send_level and the
-- snapshot of dws_consumer_rfm, for sends of the day after the snapshot.
with

snapshot_levels as (
    select * from {{ ref('dws_consumer_rfm') }}
),

send_levels as (
    select * from {{ ref('dws_consumer_send_level') }}
)

select
    send_levels.consumer_id,
    send_levels.send_date,
    send_levels.user_level,
    snapshot_levels.user_level as snapshot_level
from send_levels
inner join snapshot_levels
    on send_levels.consumer_id = snapshot_levels.consumer_id
    and 1
    = {{ dbt.datediff('snapshot_levels.snapshot_date', 'send_levels.send_date', 'day') }}
where
    send_levels.user_level <> snapshot_levels.user_level
    and '{{ setting('segment_basis') }}' = 'at_send'
