with

activity_rows as (
    select * from {{ ref('dim_activity_checked') }}
),

agent_rows as (
    select * from {{ ref('dim_agent_checked') }}
),

product_rows as (
    select * from {{ ref('dim_product_checked') }}
),

final as (
    select
        'activity' as source_table,
        source_file,
        source_line,
        activity_id as row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from activity_rows

    union all

    select
        'agent' as source_table,
        source_file,
        source_line,
        agent_id as row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from agent_rows

    union all

    select
        'product' as source_table,
        source_file,
        source_line,
        product_id as row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from product_rows
)

select * from final
