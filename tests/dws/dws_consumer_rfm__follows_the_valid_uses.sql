{{ config(meta={
    'test_id': 'DWS-551',
    'name_zh': 'R、F、M 与有效核销明细一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: R from the last valid use, F and M over the statistical period, all from
-- the valid uses of who paid. By the day of the last use, for one consumer has one: so many
-- consumers, and so much F and M of everybody.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

uses as (
    select
        coupon_uses.consumer_key,
        max(coupon_uses.pay_date) as last_use_date,
        count(case
            when {{ is_in_rfm_window('coupon_uses.pay_date', 'as_of.as_of_date') }} then 1
        end) as frequency,
        sum(case
            when {{ is_in_rfm_window('coupon_uses.pay_date', 'as_of.as_of_date') }}
                then coupon_uses.pay_amount
            else 0
        end) as monetary
    from {{ ref('dws_coupon_use_as_of') }} as coupon_uses
    cross join as_of
    where coupon_uses.consumer_key <> 0
    group by coupon_uses.consumer_key
),

both_sides as (
    select
        last_use_date,
        1 as consumer_count,
        frequency,
        monetary
    from uses

    union all

    select
        consumer_rfm.last_use_date,
        case when consumer_rfm.last_use_date is null then 0 else -1 end as consumer_count,
        -consumer_rfm.frequency as frequency,
        -consumer_rfm.monetary as monetary
    from {{ ref('dws_consumer_rfm') }} as consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
)

select
    last_use_date,
    sum(consumer_count) as consumer_count,
    sum(frequency) as frequency,
    sum(monetary) as monetary
from both_sides
group by last_use_date
having sum(consumer_count) <> 0 or sum(frequency) <> 0 or sum(monetary) <> 0
