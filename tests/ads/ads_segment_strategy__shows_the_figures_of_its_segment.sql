{{ config(meta={
    'test_id': 'ADS-S351',
    'name_zh': '分层策略表的指标与其分层的画像一致，没有人的分层为 0',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 4: every strategy stands beside the figures of its segment; a segment
-- without consumers has 0 and no averages.
with

strategies as (
    select * from {{ ref('ads_segment_strategy') }}
),

profile as (
    select * from {{ ref('ads_segment_profile') }}
)

select
    strategies.strategy_id,
    strategies.user_level,
    strategies.consumer_count,
    profile.consumer_count as consumer_count_of_profile,
    strategies.consumer_share,
    profile.consumer_share as consumer_share_of_profile,
    strategies.frequency_sum,
    profile.frequency_sum as frequency_sum_of_profile,
    strategies.pay_amount,
    profile.pay_amount as pay_amount_of_profile,
    strategies.pay_amount_share,
    profile.pay_amount_share as pay_amount_share_of_profile,
    strategies.avg_recency_days,
    profile.avg_recency_days as avg_recency_days_of_profile,
    strategies.avg_frequency,
    profile.avg_frequency as avg_frequency_of_profile,
    strategies.avg_monetary,
    profile.avg_monetary as avg_monetary_of_profile
from strategies
left join profile
    on strategies.user_level = profile.user_level
where
    strategies.consumer_count <> coalesce(profile.consumer_count, 0)
    or strategies.consumer_share <> coalesce(profile.consumer_share, 0)
    or strategies.frequency_sum <> coalesce(profile.frequency_sum, 0)
    or strategies.pay_amount <> coalesce(profile.pay_amount, 0)
    or strategies.pay_amount_share is distinct from profile.pay_amount_share
    or strategies.avg_recency_days is distinct from profile.avg_recency_days
    or strategies.avg_frequency is distinct from profile.avg_frequency
    or strategies.avg_monetary is distinct from profile.avg_monetary
