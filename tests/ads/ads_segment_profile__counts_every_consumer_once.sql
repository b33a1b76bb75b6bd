{{ config(meta={
    'test_id': 'ADS-S09',
    'name_zh': '分层画像人数合计等于客户分层表行数',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 6: the consumer_count of ads_segment_profile adds up to the rows of
-- ads_consumer_segment.
with

profile as (
    select coalesce(sum(consumer_count), 0) as consumer_count
    from {{ ref('ads_segment_profile') }}
),

consumers as (
    select count(*) as consumer_count
    from {{ ref('ads_consumer_segment') }}
)

select
    profile.consumer_count,
    consumers.consumer_count as row_count
from profile
cross join consumers
where profile.consumer_count <> consumers.consumer_count
