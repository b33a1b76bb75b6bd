{{ config(meta={
    'test_id': 'ADS-S350',
    'name_zh': '分层画像的人数、次数、金额、占比与平均值由客户分层表算出',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: every figure of the profile, recomputed from the consumers.
with

consumers as (
    select * from {{ ref('ads_consumer_segment') }}
),

segments as (
    select
        as_of_date,
        user_level,
        count(*) as consumer_count,
        sum(frequency) as frequency_sum,
        sum(monetary) as pay_amount,
        sum(case when last_use_date is not null then recency_days end) as recency_days_sum,
        count(last_use_date) as redeemer_count,
        sum(count(*)) over () as all_consumer_count,
        sum(sum(monetary)) over () as all_pay_amount
    from consumers
    group by as_of_date, user_level
),

expected_rows as (
    select
        as_of_date,
        user_level,
        consumer_count,
        {{ rate('consumer_count', 'all_consumer_count') }} as consumer_share,
        frequency_sum,
        pay_amount,
        {{ rate('pay_amount', 'all_pay_amount') }} as pay_amount_share,
        {{ rate('recency_days_sum', 'redeemer_count') }} as avg_recency_days,
        {{ rate('frequency_sum', 'consumer_count') }} as avg_frequency,
        {{ average_amount('pay_amount', 'consumer_count') }} as avg_monetary
    from segments
),

profile as (
    select * from {{ ref('ads_segment_profile') }}
)

select
    coalesce(profile.user_level, expected_rows.user_level) as user_level,
    profile.consumer_count,
    expected_rows.consumer_count as consumer_count_of_consumers,
    profile.consumer_share,
    expected_rows.consumer_share as consumer_share_of_consumers,
    profile.frequency_sum,
    expected_rows.frequency_sum as frequency_sum_of_consumers,
    profile.pay_amount,
    expected_rows.pay_amount as pay_amount_of_consumers,
    profile.pay_amount_share,
    expected_rows.pay_amount_share as pay_amount_share_of_consumers,
    profile.avg_recency_days,
    expected_rows.avg_recency_days as avg_recency_days_of_consumers,
    profile.avg_frequency,
    expected_rows.avg_frequency as avg_frequency_of_consumers,
    profile.avg_monetary,
    expected_rows.avg_monetary as avg_monetary_of_consumers
from profile
full outer join expected_rows
    on profile.user_level = expected_rows.user_level
where
    profile.as_of_date is distinct from expected_rows.as_of_date
    or profile.consumer_count is distinct from expected_rows.consumer_count
    or profile.consumer_share is distinct from expected_rows.consumer_share
    or profile.frequency_sum is distinct from expected_rows.frequency_sum
    or profile.pay_amount is distinct from expected_rows.pay_amount
    or profile.pay_amount_share is distinct from expected_rows.pay_amount_share
    or profile.avg_recency_days is distinct from expected_rows.avg_recency_days
    or profile.avg_frequency is distinct from expected_rows.avg_frequency
    or profile.avg_monetary is distinct from expected_rows.avg_monetary
