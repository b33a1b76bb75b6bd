{{ config(severity='warn', meta={
    'test_id': 'ADS-S15',
    'name_zh': '每个分层都有策略，且策略只针对现有分层',
    'expected': '不合格行数 = 0',
}) }}

-- segment_strategy.csv is the merchant's: who leaves a segment without a strategy, or has one for
-- unknown consumers, may mean it, which is worth a warning and no more.
with

segments as (
    select * from {{ ref('dim_segment') }}
    where is_known
),

strategies as (
    select * from {{ ref('ads_segment_strategy') }}
)

select
    segments.segment_code,
    segments.user_level,
    strategies.strategy_id
from segments
full outer join strategies
    on segments.user_level = strategies.user_level
where segments.user_level is null or strategies.user_level is null
