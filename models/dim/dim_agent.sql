with

agent_rows as (
    {{ agent_rows(ref('ods_agent'), ref('test_account')) }}
),

agents as (
    select
        agent_id,
        coalesce(agent_name, '未知') as agent_name,
        coalesce(shop_id, 'unknown') as shop_id,
        coalesce(shop_name, '未知') as shop_name,
        hire_date,
        leave_date
    from agent_rows
    where outcome = 'accepted'
),

unknown_member as (
    select
        'unknown' as agent_id,
        '未知' as agent_name,
        'unknown' as shop_id,
        '未知' as shop_name,
        cast(null as date) as hire_date,
        cast(null as date) as leave_date
),

final as (
    select * from agents
    union all
    select * from unknown_member
)

select * from final
