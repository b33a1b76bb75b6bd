with

strategies as (
    select * from {{ ref('segment_strategy') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

profile as (
    select * from {{ ref('dws_segment_profile') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

final as (
    select
        segments.user_level,
        strategies.strategy_id,
        strategies.strategy_name,
        strategies.strategy_detail,
        strategies.tool_type,
        strategies.expected_effect,
        strategies.target_metric,
        strategies.target_change,
        strategies.target_unit,
        strategies.target_window_days,
        as_of.as_of_date,
        coalesce(profile.consumer_count, 0) as consumer_count,
        coalesce(profile.consumer_share, 0) as consumer_share,
        coalesce(profile.frequency_sum, 0) as frequency_sum,
        coalesce(profile.pay_amount, 0) as pay_amount,
        profile.pay_amount_share,
        profile.avg_recency_days,
        profile.avg_frequency,
        profile.avg_monetary
    from strategies
    cross join as_of
    inner join segments
        on strategies.segment_code = segments.segment_code
    left join profile
        on segments.segment_key = profile.segment_key
)

select * from final
