with

profile as (
    select * from {{ ref('dws_segment_profile') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        profile.as_of_date,
        segments.user_level,
        profile.consumer_count,
        profile.consumer_share,
        profile.frequency_sum,
        profile.pay_amount,
        profile.pay_amount_share,
        profile.avg_recency_days,
        profile.avg_frequency,
        profile.avg_monetary
    from profile
    inner join segments
        on profile.segment_key = segments.segment_key
)

select * from final
