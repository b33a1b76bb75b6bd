{{ config(meta={
    'test_id': 'ADS-S10',
    'name_zh': '分层迁移人数合计等于客户分层表行数',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 6: the consumer_count of ads_segment_migration adds up to the rows
-- of ads_consumer_segment.
with

migration as (
    select coalesce(sum(consumer_count), 0) as consumer_count
    from {{ ref('ads_segment_migration') }}
),

consumers as (
    select count(*) as consumer_count
    from {{ ref('ads_consumer_segment') }}
)

select
    migration.consumer_count,
    consumers.consumer_count as row_count
from migration
cross join consumers
where migration.consumer_count <> consumers.consumer_count
