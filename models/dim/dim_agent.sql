with

checked_rows as (
    select * from {{ ref('dim_agent_checked') }}
),

agents as (
    select
        agent_id,
        cast(row_number() over (order by agent_id) as integer) as agent_key,
        coalesce(agent_name, '未知') as agent_name,
        coalesce(shop_id, 'unknown') as shop_id,
        coalesce(shop_name, '未知') as shop_name,
        hire_date,
        leave_date
    from checked_rows
    where outcome = 'accepted'
),

unknown_member as (
    select
        'unknown' as agent_id,
        0 as agent_key,
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
