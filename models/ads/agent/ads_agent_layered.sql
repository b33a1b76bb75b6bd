with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'agent_level'
),

agents as (
    select * from {{ ref('dim_agent') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        effects.agent_id,
        agents.agent_name,
        effects.user_level,
        {{ measures('effects') }},
        effects.use_rate as send_conversion_rate
    from effects
    inner join agents
        on effects.agent_id = agents.agent_id
)

select * from final
