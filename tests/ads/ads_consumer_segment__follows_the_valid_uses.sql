{{ config(meta={
    'test_id': 'ADS-S12',
    'name_zh': 'R、F、M 与有效核销明细一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: R from the last valid use, F and M over the statistical period, all from
-- the valid uses of who paid.
with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

uses as (
    select
        coupon_uses.consumer_id,
        max(coupon_uses.pay_date) as last_use_date,
        count(case
            when {{ is_in_rfm_window('coupon_uses.pay_date', 'as_of.as_of_date') }} then 1
        end) as frequency,
        sum(case
            when {{ is_in_rfm_window('coupon_uses.pay_date', 'as_of.as_of_date') }}
                then coupon_uses.pay_amount
            else 0
        end) as monetary
    from {{ ref('dws_coupon_use') }} as coupon_uses
    cross join as_of
    group by coupon_uses.consumer_id
),

segments as (
    select * from {{ ref('ads_consumer_segment') }}
)

select
    segments.consumer_id,
    segments.last_use_date,
    uses.last_use_date as last_use_date_of_uses,
    segments.frequency,
    uses.frequency as frequency_of_uses,
    segments.monetary,
    uses.monetary as monetary_of_uses
from segments
left join uses
    on segments.consumer_id = uses.consumer_id
where
    segments.last_use_date is distinct from uses.last_use_date
    or segments.frequency <> coalesce(uses.frequency, 0)
    or segments.monetary <> coalesce(uses.monetary, 0)
    or (segments.last_use_date is null and segments.recency_days <> 999)
    or segments.rfm_total <> segments.r_score + segments.f_score + segments.m_score
