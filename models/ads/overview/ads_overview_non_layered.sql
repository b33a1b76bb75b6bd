with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'overall'
),

final as (
    select
        effects.stat_date,
        effects.period,
        {{ measures('effects') }}
    from effects
)

select * from final
