with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'activity_level'
),

activities as (
    select * from {{ ref('dim_activity') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        effects.activity_id,
        activities.activity_name,
        effects.user_level,
        {{ measures('effects') }},
        effects.roi as discount_sensitivity
    from effects
    inner join activities
        on effects.activity_id = activities.activity_id
)

select * from final
