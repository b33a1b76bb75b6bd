with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'activity'
),

activities as (
    select * from {{ ref('dim_activity') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        activities.activity_id,
        activities.activity_name,
        activities.activity_type,
        activities.shop_id,
        {{ measures('effects') }},
        {{ rank_within_period('roi', 'effects') }} as roi_rank,
        {{ rank_within_period('use_rate', 'effects') }} as use_rate_rank,
        {{ rank_within_period('pay_amount', 'effects') }} as pay_amount_rank
    from effects
    inner join activities
        on effects.activity_key = activities.activity_key
)

select * from final
