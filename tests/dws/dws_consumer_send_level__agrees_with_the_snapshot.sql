{{ config(meta={
    'test_id': 'DWS-S04',
    'name_zh': '发送前一日的分层与同日的 RFM 快照一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: a send is judged by the segment at the end of the day before it, from
-- the same macros. Two ways to the same figure: the ledger of dws_consumer_send_level and the
-- snapshot of dws_consumer_rfm, for sends of the day after the earlier snapshot.
with

snapshot_days as (
    select
        cast(
            {{ dbt.dateadd('day', -setting('migration_days'), 'as_of_date') }} as date
        ) as snapshot_date,
        cast(
            {{ dbt.dateadd('day', 1 - setting('migration_days'), 'as_of_date') }} as date
        ) as send_date
    from {{ ref('dws_as_of') }}
),

send_levels as (
    select
        levels.consumer_key,
        levels.segment_key,
        snapshot_days.snapshot_date
    from {{ ref('dws_consumer_send_level') }} as levels
    inner join snapshot_days
        on levels.send_date = snapshot_days.send_date
)

select
    send_levels.consumer_key,
    send_levels.segment_key,
    consumer_rfm.segment_key as snapshot_segment_key
from send_levels
inner join {{ ref('dws_consumer_rfm') }} as consumer_rfm
    on send_levels.consumer_key = consumer_rfm.consumer_key
    and send_levels.snapshot_date = consumer_rfm.snapshot_date
where
    send_levels.segment_key <> consumer_rfm.segment_key
    and '{{ setting('segment_basis') }}' = 'at_send'
