with

migration as (
    select * from {{ ref('dws_segment_migration') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        migration.from_date,
        migration.to_date,
        coalesce(from_segments.user_level, '新用户') as from_level,
        to_segments.user_level as to_level,
        migration.consumer_count,
        migration.share_of_from
    from migration
    left join segments as from_segments
        on migration.from_segment_key = from_segments.segment_key
    inner join segments as to_segments
        on migration.to_segment_key = to_segments.segment_key
)

select * from final
