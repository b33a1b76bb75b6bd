{{ config(meta={
    'test_id': 'ADS-S06',
    'name_zh': '趋势表最后一天等于总览',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 5: ads_trend(as_of_date, n) = overview(n), for every measure both
-- have (there is no trend up to a day before the first event).
{% set measures = shown_measures() + ['use_rate', 'roi', 'cohort_use_rate', 'is_mature'] %}
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
    {{ for_each(measures, 'overview.{0}, trend.{0} as {0}_of_trend') }}
from overview
inner join as_of
    on overview.stat_date >= as_of.first_event_date
left join trend
    on overview.period = trend.period
    and overview.stat_date = trend.stat_date
where
    overview.period <> 'all'
    and (
        {{ for_each(measures, 'overview.{0} is distinct from trend.{0}', 'or') }}
    )
