{{ config(meta={
    'test_id': 'DWS-S01',
    'name_zh': '统计日不孤立：与前一个业务日相距不超过 7 天',
    'expected': 'as_of_date 与其前一个有事件的日期相距 ≤ 7 天',
}) }}

-- product.md section 5, blocking: one mistyped year must not turn everybody into 流失用户. If the day
-- is right after all, name it: an earlier one with --vars 'as_of_date: YYYY-MM-DD', or remove the
-- events that came too late.
select
    as_of_date,
    previous_event_date
from {{ ref('dws_as_of') }}
where
    {{ dbt.datediff('previous_event_date', 'as_of_date', 'day') }}
    > 7
