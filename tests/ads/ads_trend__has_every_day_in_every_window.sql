{{ config(meta={
    'test_id': 'ADS-S07',
    'name_zh': '趋势表覆盖首个业务日至统计日的每一天',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 4: every calendar day from the first event day to as_of_date, in three
-- windows.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

counted as (
    select
        count(*) as row_count,
        count(distinct stat_date) as day_count,
        min(stat_date) as first_day,
        max(stat_date) as last_day
    from {{ ref('ads_trend') }}
)

select
    counted.row_count,
    counted.first_day,
    counted.last_day
from counted
cross join as_of
where
    counted.first_day <> as_of.first_event_date
    or counted.last_day <> as_of.as_of_date
    or counted.day_count
    <> 1
    + {{ dbt.datediff('as_of.first_event_date', 'as_of.as_of_date', 'day') }}
    or counted.row_count <> 3 * counted.day_count
