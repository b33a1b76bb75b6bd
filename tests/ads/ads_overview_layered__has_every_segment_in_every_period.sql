{{ config(meta={
    'test_id': 'ADS-S03',
    'name_zh': '分层总览每个周期都有四个分层',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 4: the four levels in all 4 periods, zero-filled, and 未知用户 where there
-- is one.
with

expected_rows as (
    select
        periods.period,
        segments.user_level
    from {{ ref('dws_period') }} as periods
    cross join {{ ref('dim_segment') }} as segments
    where segments.is_known
),

overview as (
    select * from {{ ref('ads_overview_layered') }}
)

select
    expected_rows.period,
    expected_rows.user_level
from expected_rows
left join overview
    on expected_rows.period = overview.period
    and expected_rows.user_level = overview.user_level
where overview.period is null
