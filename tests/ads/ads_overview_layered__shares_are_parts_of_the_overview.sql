{{ config(meta={
    'test_id': 'ADS-S352',
    'name_zh': '分层总览的占比等于该分层除以同周期总计',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 3: each share is the segment's part of the same measure of the same
-- period.
with

layered as (
    select * from {{ ref('ads_overview_layered') }}
),

overview as (
    select * from {{ ref('ads_overview_non_layered') }}
),

expected_rows as (
    select
        layered.period,
        layered.user_level,
        {{ rate('layered.send_count', 'overview.send_count') }} as send_share,
        {{ rate('layered.use_count', 'overview.use_count') }} as use_share,
        {{ rate('layered.pay_amount', 'overview.pay_amount') }} as pay_amount_share
    from layered
    inner join overview
        on layered.period = overview.period
)

select
    layered.period,
    layered.user_level,
    layered.send_share,
    expected_rows.send_share as send_share_of_overview,
    layered.use_share,
    expected_rows.use_share as use_share_of_overview,
    layered.pay_amount_share,
    expected_rows.pay_amount_share as pay_amount_share_of_overview
from layered
left join expected_rows
    on layered.period = expected_rows.period
    and layered.user_level = expected_rows.user_level
where
    layered.send_share is distinct from expected_rows.send_share
    or layered.use_share is distinct from expected_rows.use_share
    or layered.pay_amount_share is distinct from expected_rows.pay_amount_share
