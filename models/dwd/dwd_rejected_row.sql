with

checked_rows as (
    select * from {{ ref('dwd_row_checked') }}
),

final as (
    select
        source_table,
        source_file,
        source_line,
        row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from checked_rows
    where outcome <> 'accepted'
)

select * from final
