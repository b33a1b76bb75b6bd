{{ config(meta={
    'test_id': 'ADS-S355',
    'name_zh': '优惠立方每天每店每分层的每一列与 dws 一致',
    'expected': '不合格行数 = 0',
}) }}

-- The cube is the longest ads table, so its sums are compared and not its rows; that its ids are of
-- the right kind is tested by their relationships. Each row is what the cube has too much (below 0:
-- too little) of a day, shop and segment.
with

both_sides as (
    select
        stat_date,
        shop_id,
        user_level,
        1 as row_count,
        {{ additive_measures() | join(',\n        ') }}
    from {{ ref('ads_coupon_cube') }}

    union all

    select
        daily_cube.stat_date,
        shops.shop_id,
        segments.user_level,
        -1 as row_count,
        {{ for_each(additive_measures(), '-daily_cube.{0} as {0}') }}
    from {{ ref('dws_coupon_cube_1d') }} as daily_cube
    left join {{ ref('dim_shop') }} as shops
        on daily_cube.shop_key = shops.shop_key
    left join {{ ref('dim_segment') }} as segments
        on daily_cube.segment_key = segments.segment_key
),

differences as (
    select
        stat_date,
        shop_id,
        user_level,
        sum(row_count) as row_count,
        {{ sum_additive_measures() }}
    from both_sides
    group by stat_date, shop_id, user_level
)

select *
from differences
where
    row_count <> 0
    or {{ for_each(additive_measures(), '{0} <> 0', 'or') }}
