{{ config(meta={
    'test_id': 'DWS-S05',
    'name_zh': '去重人数按窗口重新计算',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: distinct people are recounted per window, not summed: exactly those whom
-- dws_consumer saw sent to, and dws_consumer_rfm paying, for the last time in the window; never
-- more than the sum over the members of a breakdown, never less than the greatest of them.
with

periods as (
    select * from {{ ref('dws_period') }}
),

overall as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'overall'
),

last_days as (
    select
        last_send_date as last_date,
        count(*) as consumer_count,
        0 as paying_consumer_count
    from {{ ref('dws_consumer') }}
    group by last_send_date

    union all

    select
        consumer_rfm.last_use_date as last_date,
        0 as consumer_count,
        count(*) as paying_consumer_count
    from {{ ref('dws_consumer_rfm') }} as consumer_rfm
    inner join {{ ref('dws_as_of') }} as as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    group by consumer_rfm.last_use_date
),

bounds as (
    select
        periods.period,
        'recounted' as bound,
        coalesce(sum(last_days.consumer_count), 0) as least_consumer_count,
        coalesce(sum(last_days.consumer_count), 0) as most_consumer_count,
        coalesce(sum(last_days.paying_consumer_count), 0) as least_payer_count,
        coalesce(sum(last_days.paying_consumer_count), 0) as most_payer_count
    from periods
    left join last_days
        on last_days.last_date between periods.start_date and periods.end_date
    group by periods.period

    union all

    select
        period,
        breakdown as bound,
        max(consumer_count) as least_consumer_count,
        sum(consumer_count) as most_consumer_count,
        max(paying_consumer_count) as least_payer_count,
        sum(paying_consumer_count) as most_payer_count
    from {{ ref('dws_coupon_effect') }}
    group by period, breakdown
)

select
    bounds.*,
    overall.consumer_count,
    overall.paying_consumer_count
from overall
inner join bounds
    on overall.period = bounds.period
where
    overall.consumer_count not between bounds.least_consumer_count and bounds.most_consumer_count
    or overall.paying_consumer_count
    not between bounds.least_payer_count and bounds.most_payer_count
