with

activity_rows as (
    {{ activity_rows(ref('ods_activity')) }}
),

agent_rows as (
    {{ agent_rows(ref('ods_agent'), ref('dim_test_account')) }}
),

product_rows as (
    {{ product_rows(ref('ods_product')) }}
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
