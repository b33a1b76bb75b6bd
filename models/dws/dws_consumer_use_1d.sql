with

coupon_uses as (
    select * from {{ ref('dws_coupon_use') }}
    where consumer_id <> 'unknown'
),

final as (
    select
        consumer_id,
        pay_date,
        count(*) as use_count,
        cast(sum(pay_amount) as decimal(18, 2)) as pay_amount
    from coupon_uses
    group by consumer_id, pay_date
)

select * from final
