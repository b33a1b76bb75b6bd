with

migration as (
    select * from {{ ref('dws_segment_migration') }}
),

final as (
    select
        from_date,
        to_date,
        from_level,
        to_level,
        consumer_count,
        share_of_from
    from migration
)

select * from final
