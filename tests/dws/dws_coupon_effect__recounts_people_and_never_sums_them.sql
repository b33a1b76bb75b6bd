{{ config(meta={
    'test_id': 'DWS-S05',
    'name_zh': '去重人数按窗口重新计算',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: distinct people are recounted per window, not summed: never more than
-- the sum over activities, never less than the greatest of them, and exactly the people of the
-- events.
with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
),

recounted as (
    select
        periods.period,
        count(distinct events.consumer_id) as consumer_count,
        count(distinct events.paying_consumer_id) as paying_consumer_count
    from {{ ref('dws_period') }} as periods
    left join {{ ref('dws_coupon_event') }} as events
        on events.event_date between periods.start_date and periods.end_date
    group by periods.period
)

select
    effects.period,
    effects.consumer_count,
    recounted.consumer_count as recounted_consumers,
    effects.paying_consumer_count,
    recounted.paying_consumer_count as recounted_payers
from effects
inner join recounted
    on effects.period = recounted.period
where
    effects.breakdown = 'overall'
    and (
        effects.consumer_count <> recounted.consumer_count
        or effects.paying_consumer_count <> recounted.paying_consumer_count
    )
