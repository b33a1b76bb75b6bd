{{ config(meta={
    'test_id': 'ADS-S06',
    'name_zh': '趋势表最后一天等于总览',
    'expected': '不合格行数 = 0',
}) }}

-- output_contract.md, identities: ads_trend(as_of_date, n) = overview(n), for every measure both
-- have (there is no trend up to a day before the first event).
{% set measures = [
    'send_count', 'use_count', 'send_discount_amount', 'discount_amount', 'pay_amount',
    'use_rate', 'roi', 'cohort_use_rate', 'is_mature',
] %}
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
    overview.period
    {%- for measure in measures %},
    overview.{{ measure }},
    trend.{{ measure }} as {{ measure }}_of_trend
    {%- endfor %}
from overview
inner join as_of
    on overview.stat_date >= as_of.first_event_date
left join trend
    on overview.period = trend.period
    and overview.stat_date = trend.stat_date
where
    overview.period <> 'all'
    and (
        {%- for measure in measures %}
        {{ 'or ' if not loop.first }}overview.{{ measure }} is distinct from trend.{{ measure }}
        {%- endfor %}
    )
