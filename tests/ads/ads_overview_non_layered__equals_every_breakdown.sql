{{ config(meta={
    'test_id': 'ADS-S01',
    'name_zh': '不分层指标等于任一维度的合计',
    'expected': '总计 − 各维度合计 = 0（每个周期、每个可加指标）',
}) }}

-- docs/contract.md section 6: the overview equals the sum of every breakdown, exactly, for
-- every period and additive measure.
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
        sum(send_count) as send_count,
        sum(use_count) as use_count,
        sum(send_discount_amount) as send_discount_amount,
        sum(discount_amount) as discount_amount,
        sum(pay_amount) as pay_amount
    from {{ ref(table) }}
    group by period

    union all

    {% endfor -%}
    select
        'ads_coupon_cube' as breakdown_table,
        periods.period,
        sum(daily_cube.send_count) as send_count,
        sum(daily_cube.use_count) as use_count,
        sum(daily_cube.send_discount_amount) as send_discount_amount,
        sum(daily_cube.discount_amount) as discount_amount,
        sum(daily_cube.pay_amount) as pay_amount
    from {{ ref('ads_coupon_cube') }} as daily_cube
    inner join periods
        on daily_cube.stat_date between periods.start_date and periods.end_date
    group by periods.period
)

select
    overview.period,
    breakdowns.breakdown_table,
    overview.send_count,
    breakdowns.send_count as send_count_of_breakdown,
    overview.use_count,
    breakdowns.use_count as use_count_of_breakdown,
    overview.send_discount_amount,
    breakdowns.send_discount_amount as send_discount_amount_of_breakdown,
    overview.discount_amount,
    breakdowns.discount_amount as discount_amount_of_breakdown,
    overview.pay_amount,
    breakdowns.pay_amount as pay_amount_of_breakdown
from overview
inner join breakdowns
    on overview.period = breakdowns.period
where
    overview.send_count <> breakdowns.send_count
    or overview.use_count <> breakdowns.use_count
    or overview.send_discount_amount <> breakdowns.send_discount_amount
    or overview.discount_amount <> breakdowns.discount_amount
    or overview.pay_amount <> breakdowns.pay_amount
