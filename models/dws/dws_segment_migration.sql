with

consumer_rfm as (
    select * from {{ ref('dws_consumer_rfm') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

today as (
    select
        consumer_rfm.consumer_key,
        consumer_rfm.segment_key,
        as_of.as_of_date
    from consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
),

moves as (
    select
        today.as_of_date,
        coalesce(earlier.segment_key, 0) as from_segment_key,
        today.segment_key as to_segment_key,
        count(*) as consumer_count
    from today
    left join consumer_rfm as earlier
        on today.consumer_key = earlier.consumer_key
        and today.as_of_date > earlier.snapshot_date
    group by today.as_of_date, coalesce(earlier.segment_key, 0), today.segment_key
),

origins as (
    select
        from_segment_key,
        sum(consumer_count) as consumer_count
    from moves
    group by from_segment_key
),

final as (
    select
        cast(
            {{ dbt.dateadd('day', -setting('migration_days'), 'moves.as_of_date') }} as date
        ) as from_date,
        moves.as_of_date as to_date,
        moves.from_segment_key,
        moves.to_segment_key,
        moves.consumer_count,
        {{ rate('moves.consumer_count', 'origins.consumer_count') }} as share_of_from
    from moves
    inner join origins
        on moves.from_segment_key = origins.from_segment_key
)

select * from final
