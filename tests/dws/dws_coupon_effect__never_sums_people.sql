{{ config(meta={
    'test_id': 'DWS-552',
    'name_zh': '去重人数按窗口重新计算，不由成员相加',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: the people of a period are never more than the sum over the members of a
-- breakdown, never less than the greatest of them, and exactly those who are seen for the last time
-- in it.
with

periods as (
    select * from {{ ref('dws_period') }}
),

overall as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'overall'
),

bounds as (
    select
        periods.period,
        'last days' as bound,
        coalesce(sum(people.consumer_count), 0) as least_consumer_count,
        coalesce(sum(people.consumer_count), 0) as most_consumer_count,
        coalesce(sum(people.paying_consumer_count), 0) as least_payer_count,
        coalesce(sum(people.paying_consumer_count), 0) as most_payer_count
    from periods
    left join {{ ref('dws_coupon_people_1d') }} as people
        on people.breakdown = 'overall'
        and people.last_date between periods.start_date and periods.end_date
    group by periods.period

    union all

    select
        period,
        breakdown as bound,
        max(consumer_count) as least_consumer_count,
        sum(consumer_count) as most_consumer_count,
        max(paying_consumer_count) as least_payer_count,
        sum(paying_consumer_count) as most_payer_count
    from {{ ref('dws_coupon_effect') }}
    group by period, breakdown
)

select
    bounds.*,
    overall.consumer_count,
    overall.paying_consumer_count
from overall
inner join bounds
    on overall.period = bounds.period
where
    overall.consumer_count not between bounds.least_consumer_count and bounds.most_consumer_count
    or overall.paying_consumer_count
    not between bounds.least_payer_count and bounds.most_payer_count
