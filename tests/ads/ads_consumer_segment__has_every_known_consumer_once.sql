{{ config(meta={
    'test_id': 'ADS-S11',
    'name_zh': '每个已知消费者恰有一行分层，未知用户不参与',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: every known consumer with an accepted send or a valid use has exactly
-- one row; the unknown one has none.
with

seen as (
    select consumer_id from {{ ref('dws_coupon_send') }}
    where consumer_id <> 'unknown'
    union
    select consumer_id from {{ ref('dws_coupon_use') }}
    where consumer_id <> 'unknown'
),

segments as (
    select * from {{ ref('ads_consumer_segment') }}
)

select
    seen.consumer_id,
    segments.consumer_id as segment_consumer_id
from seen
full outer join segments
    on seen.consumer_id = segments.consumer_id
where seen.consumer_id is null or segments.consumer_id is null
