{{ config(meta={
    'test_id': 'ADS-S01',
    'name_zh': '不分层指标等于任一维度的合计',
    'expected': '总计 − 各维度合计 = 0（每个周期、每个可加指标）',
}) }}

-- docs/contract.md section 5: the overview equals the sum of every breakdown, exactly, for every
-- period and additive measure.
{% set tables = [
    'ads_overview_layered', 'ads_activity_effect', 'ads_activity_layered', 'ads_agent_performance',
    'ads_agent_layered', 'ads_product_effect',
] %}
with

overview as (
    select * from {{ ref('ads_overview_non_layered') }}
),

periods as (
    select * from {{ ref('dws_period') }}
),

breakdowns as (
    {% for table in tables -%}
    select
        '{{ table }}' as breakdown_table,
        period,
        {{ for_each(shown_measures(), 'sum({0}) as {0}') }}
    from {{ ref(table) }}
    group by period

    union all

    {% endfor -%}
    select
        'ads_coupon_cube' as breakdown_table,
        periods.period,
        {{ for_each(shown_measures(), 'sum(daily_cube.{0}) as {0}') }}
    from {{ ref('ads_coupon_cube') }} as daily_cube
    inner join periods
        on daily_cube.stat_date between periods.start_date and periods.end_date
    group by periods.period
)

select
    overview.period,
    breakdowns.breakdown_table,
    {{ for_each(shown_measures(), 'overview.{0}, breakdowns.{0} as {0}_of_breakdown') }}
from overview
inner join breakdowns
    on overview.period = breakdowns.period
where
    {{ for_each(shown_measures(), 'overview.{0} <> breakdowns.{0}', 'or') }}
