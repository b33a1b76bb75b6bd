with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'agent_level'
),

agents as (
    select * from {{ ref('dim_agent') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        agents.agent_id,
        agents.agent_name,
        segments.user_level,
        {{ measures('effects') }},
        effects.use_rate as send_conversion_rate
    from effects
    inner join agents
        on effects.agent_key = agents.agent_key
    inner join segments
        on effects.segment_key = segments.segment_key
)

select * from final
