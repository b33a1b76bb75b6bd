{{ config(meta={
    'test_id': 'ADS-S11',
    'name_zh': '每个已知消费者恰有一行分层，未知用户不参与',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 3: every known consumer with an accepted send or a valid use has exactly
-- one row, the unknown one has none. That no id is there twice is tested by the key, and that
-- dws_consumer has everybody by dws_coupon_people_1d__counts_everybody_once.
with

consumers as (
    select count(*) as consumer_count
    from {{ ref('dws_consumer') }}
),

segments as (
    select
        count(*) as row_count,
        count(case when consumer_id = 'unknown' then 1 end) as unknown_count
    from {{ ref('ads_consumer_segment') }}
)

select
    consumers.consumer_count,
    segments.row_count,
    segments.unknown_count
from consumers
cross join segments
where consumers.consumer_count <> segments.row_count or segments.unknown_count > 0
