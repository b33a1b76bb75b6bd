with

profile as (
    select * from {{ ref('dws_segment_profile') }}
),

final as (
    select
        as_of_date,
        user_level,
        consumer_count,
        consumer_share,
        frequency_sum,
        pay_amount,
        pay_amount_share,
        avg_recency_days,
        avg_frequency,
        avg_monetary
    from profile
)

select * from final
