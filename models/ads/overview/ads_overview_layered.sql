with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'level'
),

totals as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'overall'
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        segments.user_level,
        {{ measures('effects') }},
        {{ rate('effects.send_count', 'totals.send_count') }} as send_share,
        {{ rate('effects.use_count', 'totals.use_count') }} as use_share,
        {{ rate('effects.pay_amount', 'totals.pay_amount') }} as pay_amount_share
    from effects
    inner join totals
        on effects.period = totals.period
    inner join segments
        on effects.segment_key = segments.segment_key
)

select * from final
