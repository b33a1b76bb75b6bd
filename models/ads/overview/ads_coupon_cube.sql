with

cube as (
    select * from {{ ref('dws_coupon_cube_1d') }}
),

shops as (
    select * from {{ ref('dim_shop') }}
),

activities as (
    select * from {{ ref('dim_activity') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        cube.stat_date,
        shops.shop_id,
        activities.activity_id,
        agents.agent_id,
        segments.user_level,
        cube.{{ additive_measures() | join(',\n        cube.') }}
    from cube
    inner join shops
        on cube.shop_key = shops.shop_key
    inner join activities
        on cube.activity_key = activities.activity_key
    inner join agents
        on cube.agent_key = agents.agent_key
    inner join segments
        on cube.segment_key = segments.segment_key
)

select * from final
