with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'activity_level'
),

activities as (
    select * from {{ ref('dim_activity') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        activities.activity_id,
        activities.activity_name,
        segments.user_level,
        {{ measures('effects') }},
        effects.roi as discount_sensitivity
    from effects
    inner join activities
        on effects.activity_key = activities.activity_key
    inner join segments
        on effects.segment_key = segments.segment_key
)

select * from final
