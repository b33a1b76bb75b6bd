with

trend as (
    select * from {{ ref('dws_coupon_trend') }}
),

final as (
    select
        stat_date,
        period,
        send_count,
        use_count,
        use_rate,
        send_discount_amount,
        discount_amount,
        pay_amount,
        roi,
        cohort_use_rate,
        is_mature,
        is_full_window
    from trend
)

select * from final
