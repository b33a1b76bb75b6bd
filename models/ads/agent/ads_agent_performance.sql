with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'agent'
),

agents as (
    select * from {{ ref('dim_agent') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        agents.agent_id,
        agents.agent_name,
        agents.shop_id,
        agents.shop_name,
        {{ measures('effects') }},
        {{ average_amount(
            'effects.send_discount_amount', 'effects.send_count'
        ) }} as avg_discount_amount,
        {{ average_amount(
            'effects.pay_amount', 'effects.paying_consumer_count'
        ) }} as pay_amount_per_consumer,
        {{ rank_within_period('use_rate', 'effects') }} as use_rate_rank
    from effects
    inner join agents
        on effects.agent_key = agents.agent_key
)

select * from final
