with

data_quality as (
    select * from {{ ref('dws_data_quality') }}
),

final as (
    select
        source_table,
        outcome,
        reason,
        row_count,
        amount_at_stake,
        note
    from data_quality
)

select * from final
