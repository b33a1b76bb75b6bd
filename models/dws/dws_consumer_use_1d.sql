with

coupon_uses as (
    select * from {{ ref('dws_coupon_use_as_of') }}
    where consumer_key <> 0
),

final as (
    select
        consumer_key,
        pay_date,
        count(*) as use_count,
        cast(sum(pay_amount) as decimal(18, 2)) as pay_amount
    from coupon_uses
    group by consumer_key, pay_date
)

select * from final
