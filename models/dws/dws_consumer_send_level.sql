with

coupon_sends as (
    select * from {{ ref('dws_coupon_send_as_of') }}
),

consumers as (
    select * from {{ ref('dws_consumer') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

{% if setting('segment_basis') == 'at_send' -%}
use_days as (
    select * from {{ ref('dws_consumer_use_1d') }}
),

-- Up to the first use the segment is that of R 999, F 0, M 0, which is left to the reader.
send_days as (
    select distinct
        coupon_sends.consumer_key,
        coupon_sends.send_date
    from coupon_sends
    inner join consumers
        on coupon_sends.consumer_key = consumers.consumer_key
    where coupon_sends.send_date > consumers.first_use_date
),

-- docs/rules.md section 5. A ledger per consumer: a use day adds to F and M and leaves them
-- rfm_window_days later, if a send may follow; a send day asks before its own day's entries.
ledger as (
    select
        consumer_key,
        send_date as entry_date,
        0 as entry_order,
        0 as use_count,
        cast(0 as decimal(18, 2)) as pay_amount,
        cast(null as date) as use_date
    from send_days

    union all

    select
        consumer_key,
        pay_date as entry_date,
        1 as entry_order,
        use_count,
        pay_amount,
        pay_date as use_date
    from use_days

    union all

    select
        use_days.consumer_key,
        cast(
            {{ dbt.dateadd('day', setting('rfm_window_days'), 'use_days.pay_date') }} as date
        ) as entry_date,
        1 as entry_order,
        -use_days.use_count as use_count,
        -use_days.pay_amount as pay_amount,
        cast(null as date) as use_date
    from use_days
    inner join as_of
        on {{ dbt.datediff('use_days.pay_date', 'as_of.as_of_date', 'day') }}
        > {{ setting('rfm_window_days') }}
),

running as (
    select
        consumer_key,
        entry_date as send_date,
        entry_order,
        sum(use_count) over day_by_day as frequency,
        sum(pay_amount) over day_by_day as monetary,
        max(use_date) over day_by_day as last_use_date
    from ledger
    window day_by_day as (
        partition by consumer_key
        order by entry_date, entry_order
        rows between unbounded preceding and current row
    )
),

final as (
    select
        consumer_key,
        send_date,
        {{ rfm_segment_of(
            rfm_recency_days('last_use_date', dbt.dateadd('day', -1, 'send_date')),
            'frequency', 'monetary'
        ) }} as segment_key
    from running
    where entry_order = 0
)
{%- else -%}
-- The request to the letter: every send is judged by the segment of as_of_date.
consumer_rfm as (
    select * from {{ ref('dws_consumer_rfm') }}
),

final as (
    select distinct
        coupon_sends.consumer_key,
        coupon_sends.send_date,
        consumer_rfm.segment_key
    from coupon_sends
    inner join consumers
        on coupon_sends.consumer_key = consumers.consumer_key
    inner join consumer_rfm
        on coupon_sends.consumer_key = consumer_rfm.consumer_key
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    where consumers.first_use_date is not null
)
{%- endif %}

select * from final
