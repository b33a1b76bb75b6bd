with

source_files as (
    select * from {{ ref('ods_source_file') }}
),

checked_rows as (
    select * from {{ ref('dwd_row_checked') }}
),

counted as (
    select
        source_table,
        source_file,
        outcome,
        coalesce(reason, '') as reason,
        count(*) as row_count,
        sum(amount_at_stake) as amount_at_stake
    from checked_rows
    group by source_table, source_file, outcome, coalesce(reason, '')
),

-- Every file has its accepted row, be it 0, so that an empty or missing table is seen.
accepted_of_files as (
    select
        source_files.source_table,
        source_files.source_file,
        'accepted' as outcome,
        '' as reason,
        coalesce(counted.row_count, 0) as row_count,
        counted.amount_at_stake,
        source_files.ignored_columns
    from source_files
    left join counted
        on source_files.source_table = counted.source_table
        and source_files.source_file = counted.source_file
        and counted.outcome = 'accepted'
),

final as (
    select
        source_table,
        source_file,
        outcome,
        reason,
        cast(row_count as bigint) as row_count,
        cast(amount_at_stake as decimal(18, 2)) as amount_at_stake,
        nullif(ignored_columns, '') as ignored_columns
    from accepted_of_files

    union all

    select
        source_table,
        source_file,
        outcome,
        reason,
        cast(row_count as bigint) as row_count,
        cast(amount_at_stake as decimal(18, 2)) as amount_at_stake,
        cast(null as string) as ignored_columns
    from counted
    where outcome <> 'accepted'
)

select * from final
