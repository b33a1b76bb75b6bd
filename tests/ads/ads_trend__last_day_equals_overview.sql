{{ config(meta={
    'test_id': 'ADS-S06',
    'name_zh': '趋势表最后一天等于总览',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 6: ads_trend(as_of_date, n) = overview(n), for every measure both
-- have (there is no trend up to a day before the first event).
with

trend as (
    select * from {{ ref('ads_trend') }}
),

overview as (
    select * from {{ ref('ads_overview_non_layered') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
)

select
    overview.period,
    overview.send_count,
    trend.send_count as send_count_of_trend,
    overview.use_count,
    trend.use_count as use_count_of_trend,
    overview.send_discount_amount,
    trend.send_discount_amount as send_discount_amount_of_trend,
    overview.discount_amount,
    trend.discount_amount as discount_amount_of_trend,
    overview.pay_amount,
    trend.pay_amount as pay_amount_of_trend,
    overview.use_rate,
    trend.use_rate as use_rate_of_trend,
    overview.roi,
    trend.roi as roi_of_trend,
    overview.cohort_use_rate,
    trend.cohort_use_rate as cohort_use_rate_of_trend,
    overview.is_mature,
    trend.is_mature as is_mature_of_trend
from overview
inner join as_of
    on overview.stat_date >= as_of.first_event_date
left join trend
    on overview.period = trend.period
    and overview.stat_date = trend.stat_date
where
    overview.period <> 'all'
    and (
        overview.send_count is distinct from trend.send_count
        or overview.use_count is distinct from trend.use_count
        or overview.send_discount_amount is distinct from trend.send_discount_amount
        or overview.discount_amount is distinct from trend.discount_amount
        or overview.pay_amount is distinct from trend.pay_amount
        or overview.use_rate is distinct from trend.use_rate
        or overview.roi is distinct from trend.roi
        or overview.cohort_use_rate is distinct from trend.cohort_use_rate
        or overview.is_mature is distinct from trend.is_mature
    )
