{{ config(meta={
    'test_id': 'ADS-S354',
    'name_zh': '分层迁移的日期来自设置，占比为来源分层人数之比',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: from as_of_date - migration_days to as_of_date, each share of the people
-- who come from the same segment; the people of each segment today are those of the profile.
with

migration as (
    select * from {{ ref('ads_segment_migration') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

profile as (
    select * from {{ ref('ads_segment_profile') }}
),

counted as (
    select
        from_date,
        to_date,
        from_level,
        to_level,
        consumer_count,
        share_of_from,
        sum(consumer_count) over (partition by from_level) as from_count,
        sum(consumer_count) over (partition by to_level) as to_count
    from migration
)

select
    counted.from_date,
    counted.to_date,
    counted.from_level,
    counted.to_level,
    counted.consumer_count,
    counted.share_of_from,
    counted.from_count,
    counted.to_count,
    as_of.as_of_date,
    profile.consumer_count as profile_count
from counted
full outer join profile
    on counted.to_level = profile.user_level
cross join as_of
where
    counted.to_date is distinct from as_of.as_of_date
    or coalesce({{ dbt.datediff('counted.from_date', 'as_of.as_of_date', 'day') }}, -1)
    <> {{ setting('migration_days') }}
    or counted.share_of_from
    is distinct from {{ rate('counted.consumer_count', 'counted.from_count') }}
    or counted.to_count is distinct from profile.consumer_count
