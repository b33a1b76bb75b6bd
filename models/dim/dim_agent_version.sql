with

checked_rows as (
    select * from {{ ref('dim_agent_checked') }}
),

agents as (
    select
        agent_id,
        coalesce(agent_name, '未知') as agent_name,
        coalesce(shop_id, 'unknown') as shop_id,
        coalesce(shop_name, '未知') as shop_name,
        hire_date,
        leave_date,
        outcome,
        rank_of_key,
        updated_at,
        source_batch
    from checked_rows
),

final as (
    {{ dimension_versions(
        'agents', 'agent_id', ['agent_name', 'shop_id', 'shop_name', 'hire_date', 'leave_date']
    ) }}
)

select * from final
