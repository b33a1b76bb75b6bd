with

trend as (
    select * from {{ ref('dws_coupon_trend') }}
),

final as (
    select
        trend.stat_date,
        trend.period,
        {{ measures('trend', with_people=false) }},
        trend.is_full_window
    from trend
)

select * from final
