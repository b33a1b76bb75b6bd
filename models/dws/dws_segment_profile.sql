with

consumer_rfm as (
    select * from {{ ref('dws_consumer_rfm') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

levels as (
    select
        as_of.as_of_date,
        consumer_rfm.segment_key,
        count(*) as consumer_count,
        count(consumer_rfm.last_use_date) as redeemer_count,
        cast(sum(consumer_rfm.frequency) as bigint) as frequency_sum,
        cast(sum(consumer_rfm.monetary) as decimal(18, 2)) as pay_amount,
        sum(case
            when consumer_rfm.last_use_date is not null then consumer_rfm.recency_days
            else 0
        end) as recency_days_sum
    from consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    group by as_of.as_of_date, consumer_rfm.segment_key
),

totals as (
    select
        sum(consumer_count) as consumer_count,
        sum(pay_amount) as pay_amount
    from levels
),

final as (
    select
        levels.as_of_date,
        levels.segment_key,
        levels.consumer_count,
        {{ rate('levels.consumer_count', 'totals.consumer_count') }} as consumer_share,
        levels.frequency_sum,
        levels.pay_amount,
        {{ rate('levels.pay_amount', 'totals.pay_amount') }} as pay_amount_share,
        {{ rate('levels.recency_days_sum', 'levels.redeemer_count') }} as avg_recency_days,
        {{ rate('levels.frequency_sum', 'levels.consumer_count') }} as avg_frequency,
        {{ average_amount('levels.pay_amount', 'levels.consumer_count') }} as avg_monetary
    from levels
    cross join totals
)

select * from final
