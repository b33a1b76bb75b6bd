{{ config(meta={
    'test_id': 'DWS-S03',
    'name_zh': '每次发送与有效核销恰好计数一次（含未知用户）',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: only valid uses count, a send on its send day, a use on its pay day;
-- rows of unknown members still count.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

facts as (
    select
        coupon_sends.send_date as event_date,
        1 as send_count,
        0 as use_count
    from {{ ref('dwd_coupon_send') }} as coupon_sends

    union all

    select
        coupon_uses.pay_date as event_date,
        0 as send_count,
        1 as use_count
    from {{ ref('dwd_coupon_use') }} as coupon_uses
    where coupon_uses.is_valid_use
),

fact_days as (
    select
        facts.event_date,
        sum(facts.send_count) as send_count,
        sum(facts.use_count) as use_count
    from facts
    inner join as_of
        on facts.event_date <= as_of.as_of_date
    group by facts.event_date
),

counted_days as (
    select
        event_date,
        sum(send_count) as send_count,
        sum(use_count) as use_count
    from {{ ref('dws_coupon_event') }}
    group by event_date
)

select
    fact_days.event_date,
    fact_days.send_count,
    counted_days.send_count as counted_send_count,
    fact_days.use_count,
    counted_days.use_count as counted_use_count
from fact_days
full outer join counted_days
    on fact_days.event_date = counted_days.event_date
where
    fact_days.send_count is distinct from counted_days.send_count
    or fact_days.use_count is distinct from counted_days.use_count
