with

consumer_rfm as (
    select * from {{ ref('dws_consumer_rfm') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

today as (
    select
        consumer_rfm.consumer_id,
        consumer_rfm.user_level,
        as_of.as_of_date
    from consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
),

moves as (
    select
        today.as_of_date,
        coalesce(earlier.user_level, '新用户') as from_level,
        today.user_level as to_level,
        count(*) as consumer_count
    from today
    left join consumer_rfm as earlier
        on today.consumer_id = earlier.consumer_id
        and today.as_of_date > earlier.snapshot_date
    group by today.as_of_date, coalesce(earlier.user_level, '新用户'), today.user_level
),

origins as (
    select
        from_level,
        sum(consumer_count) as consumer_count
    from moves
    group by from_level
),

final as (
    select
        cast(
            {{ dbt.dateadd('day', -setting('migration_days'), 'moves.as_of_date') }} as date
        ) as from_date,
        moves.as_of_date as to_date,
        moves.from_level,
        moves.to_level,
        moves.consumer_count,
        {{ rate('moves.consumer_count', 'origins.consumer_count') }} as share_of_from
    from moves
    inner join origins
        on moves.from_level = origins.from_level
)

select * from final
