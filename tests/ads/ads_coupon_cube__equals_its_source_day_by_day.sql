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
        send_count,
        use_count,
        redeemed_send_count,
        send_discount_amount,
        discount_amount,
        pay_amount
    from {{ ref('ads_coupon_cube') }}

    union all

    select
        stat_date,
        shop_id,
        user_level,
        -1 as row_count,
        -send_count as send_count,
        -use_count as use_count,
        -redeemed_send_count as redeemed_send_count,
        -send_discount_amount as send_discount_amount,
        -discount_amount as discount_amount,
        -pay_amount as pay_amount
    from {{ ref('dws_coupon_cube_1d') }}
)

select
    stat_date,
    shop_id,
    user_level,
    sum(row_count) as row_count,
    sum(send_count) as send_count,
    sum(use_count) as use_count,
    sum(redeemed_send_count) as redeemed_send_count,
    sum(send_discount_amount) as send_discount_amount,
    sum(discount_amount) as discount_amount,
    sum(pay_amount) as pay_amount
from both_sides
group by stat_date, shop_id, user_level
having
    sum(row_count) <> 0
    or sum(send_count) <> 0
    or sum(use_count) <> 0
    or sum(redeemed_send_count) <> 0
    or sum(send_discount_amount) <> 0
    or sum(discount_amount) <> 0
    or sum(pay_amount) <> 0
