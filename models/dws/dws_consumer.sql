with

coupon_sends as (
    select * from {{ ref('dws_coupon_send') }}
    where consumer_id <> 'unknown'
),

use_days as (
    select * from {{ ref('dws_consumer_use_1d') }}
),

first_and_last as (
    select
        consumer_id,
        min(send_date) as first_send_date,
        max(send_date) as last_send_date,
        cast(null as date) as first_use_date
    from coupon_sends
    group by consumer_id

    union all

    select
        consumer_id,
        cast(null as date) as first_send_date,
        cast(null as date) as last_send_date,
        min(pay_date) as first_use_date
    from use_days
    group by consumer_id
),

final as (
    select
        consumer_id,
        max(first_send_date) as first_send_date,
        max(last_send_date) as last_send_date,
        min(coalesce(first_send_date, first_use_date)) as first_seen_date
    from first_and_last
    group by consumer_id
)

select * from final
