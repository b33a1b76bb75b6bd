{{ config(meta={
    'test_id': 'DWS-S05',
    'name_zh': '去重人数每人只计一次，与买家汇总和 RFM 一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: distinct people are recounted, not summed. Two ways to the same figure:
-- on each day so many people of the events are seen for the last time as dws_consumer has who were
-- sent to, and dws_consumer_rfm who paid, for the last time on it.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

both_sides as (
    select
        last_date,
        consumer_count,
        paying_consumer_count
    from {{ ref('dws_coupon_people_1d') }}
    where breakdown = 'overall'

    union all

    select
        last_send_date as last_date,
        -1 as consumer_count,
        0 as paying_consumer_count
    from {{ ref('dws_consumer') }}
    where last_send_date is not null

    union all

    select
        consumer_rfm.last_use_date as last_date,
        0 as consumer_count,
        -1 as paying_consumer_count
    from {{ ref('dws_consumer_rfm') }} as consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    where consumer_rfm.last_use_date is not null
)

select
    last_date,
    sum(consumer_count) as consumer_count,
    sum(paying_consumer_count) as paying_consumer_count
from both_sides
group by last_date
having sum(consumer_count) <> 0 or sum(paying_consumer_count) <> 0
