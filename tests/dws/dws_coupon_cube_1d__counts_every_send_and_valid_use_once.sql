{{ config(meta={
    'test_id': 'DWS-S03',
    'name_zh': '每次发送与有效核销恰好计数一次，金额守恒（含未知用户）',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: only valid uses count, a send on its send day, a use on its pay day;
-- rows of unknown members still count. Nothing is there after as_of_date. This is also what
-- proves that no send finds two segments in dws_consumer_send_level.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

facts as (
    select
        send_date as event_date,
        count(*) as send_count,
        0 as use_count,
        sum(discount_amount) as send_discount_amount,
        0 as discount_amount,
        0 as pay_amount
    from {{ ref('dwd_coupon_keyed_send') }}
    group by send_date

    union all

    select
        pay_date as event_date,
        0 as send_count,
        count(*) as use_count,
        0 as send_discount_amount,
        sum(discount_amount) as discount_amount,
        sum(pay_amount) as pay_amount
    from {{ ref('dwd_coupon_keyed_use') }}
    where is_valid_use
    group by pay_date
),

both_sides as (
    select facts.*
    from facts
    inner join as_of
        on facts.event_date <= as_of.as_of_date

    union all

    select
        stat_date as event_date,
        -send_count as send_count,
        -use_count as use_count,
        -send_discount_amount as send_discount_amount,
        -discount_amount as discount_amount,
        -pay_amount as pay_amount
    from {{ ref('dws_coupon_cube_1d') }}
)

select
    event_date,
    sum(send_count) as send_count,
    sum(use_count) as use_count,
    sum(send_discount_amount) as send_discount_amount,
    sum(discount_amount) as discount_amount,
    sum(pay_amount) as pay_amount
from both_sides
group by event_date
having
    sum(send_count) <> 0
    or sum(use_count) <> 0
    or sum(send_discount_amount) <> 0
    or sum(discount_amount) <> 0
    or sum(pay_amount) <> 0
