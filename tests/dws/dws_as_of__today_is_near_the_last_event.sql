{{ config(meta={
    'test_id': 'DWS-231',
    'name_zh': '统计日取今天时，最近的事件不早于 7 天前',
    'expected': 'as_of_date 为 today 时，今天与最近事件日相距 ≤ 7 天',
}) }}

-- docs/rules.md section 5, blocking: today on old data would age every customer by the days
-- between. A date that was written down is meant.
with

as_of as (
    select
        cast(as_of_date as string) as as_of_date,
        cast(last_event_date as string) as last_event_date,
        {{ dbt.datediff('last_event_date', 'as_of_date', 'day') }}
            as gap_days
    from {{ ref('dws_as_of') }}
    where '{{ as_of_date_basis() }}' = 'today'
)

select
    as_of_date,
    last_event_date,
    'as_of_date is today, ' || as_of_date || ', but the last event is of ' || last_event_date
    || ', ' || cast(gap_days as string) || ' days earlier. Put newer files into the raw folder, or '
    || 'write as_of_date: latest (in dbt_project.yml or --vars), or the date you mean.' as finding
from as_of
where gap_days > 7
