{{ config(meta={
    'test_id': 'DWS-551',
    'name_zh': 'R、F、M 与有效核销明细一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: R from the last valid use, F and M over the statistical period, all from
-- the valid uses of who paid. Compared by a thousand groups of consumers, so that the uses need not
-- be gathered by consumer once more; the last day of each consumer is compared by
-- dws_coupon_people_1d__counts_everybody_once.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

uses as (
    select
        coupon_uses.consumer_key % 1000 as consumer_group,
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
    group by coupon_uses.consumer_key % 1000
),

consumers as (
    select
        consumer_rfm.consumer_key % 1000 as consumer_group,
        max(consumer_rfm.last_use_date) as last_use_date,
        sum(consumer_rfm.frequency) as frequency,
        sum(consumer_rfm.monetary) as monetary
    from {{ ref('dws_consumer_rfm') }} as consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    group by consumer_rfm.consumer_key % 1000
)

select
    coalesce(consumers.consumer_group, uses.consumer_group) as consumer_group,
    consumers.last_use_date,
    uses.last_use_date as last_use_date_of_uses,
    consumers.frequency,
    uses.frequency as frequency_of_uses,
    consumers.monetary,
    uses.monetary as monetary_of_uses
from consumers
full outer join uses
    on consumers.consumer_group = uses.consumer_group
where
    consumers.last_use_date is distinct from uses.last_use_date
    or coalesce(consumers.frequency, -1) <> coalesce(uses.frequency, 0)
    or coalesce(consumers.monetary, -1) <> coalesce(uses.monetary, 0)
