with

coupon_sends as (
    select * from {{ ref('dws_coupon_send_as_of') }}
    where consumer_key <> 0
),

use_days as (
    select * from {{ ref('dws_consumer_use_1d') }}
),

event_days as (
    select
        consumer_key,
        send_date,
        cast(null as date) as pay_date
    from coupon_sends

    union all

    select
        consumer_key,
        cast(null as date) as send_date,
        pay_date
    from use_days
),

final as (
    select
        consumer_key,
        min(send_date) as first_send_date,
        max(send_date) as last_send_date,
        min(pay_date) as first_use_date,
        least(min(send_date), min(pay_date)) as first_seen_date
    from event_days
    group by consumer_key
)

select * from final
