with

coupon_sends as (
    select * from {{ ref('dws_coupon_send') }}
),

use_days as (
    select * from {{ ref('dws_consumer_use_1d') }}
),

send_days as (
    select distinct
        consumer_id,
        send_date
    from coupon_sends
    where consumer_id in (select use_days.consumer_id from use_days)
),

{% if setting('segment_basis') == 'at_send' -%}
-- docs/rules.md section 5: the segment at the end of the day before the send. A ledger per
-- consumer: each use day adds to the running F and M on its day and leaves the statistical period
-- rfm_window_days later; a send day asks before its own day's entries.
ledger as (
    select
        consumer_id,
        send_date as entry_date,
        0 as entry_order,
        0 as use_count,
        cast(0 as decimal(18, 2)) as pay_amount,
        cast(null as date) as use_date
    from send_days

    union all

    select
        consumer_id,
        pay_date as entry_date,
        1 as entry_order,
        use_count,
        pay_amount,
        pay_date as use_date
    from use_days

    union all

    select
        consumer_id,
        cast(
            {{ dbt.dateadd('day', setting('rfm_window_days'), 'pay_date') }} as date
        ) as entry_date,
        1 as entry_order,
        -use_count as use_count,
        -pay_amount as pay_amount,
        cast(null as date) as use_date
    from use_days
),

running as (
    select
        consumer_id,
        entry_date,
        entry_order,
        sum(use_count) over day_by_day as frequency,
        sum(pay_amount) over day_by_day as monetary,
        max(use_date) over day_by_day as last_use_date
    from ledger
    window day_by_day as (
        partition by consumer_id
        order by entry_date, entry_order
        rows between unbounded preceding and current row
    )
),

measured as (
    select
        consumer_id,
        entry_date as send_date,
        {{ rfm_recency_days(
            'last_use_date', dbt.dateadd('day', -1, 'entry_date')
        ) }} as recency_days,
        frequency,
        monetary
    from running
    where entry_order = 0
),
{%- else -%}
-- vars.segment_basis: current, the request to the letter: every send is judged by the segment of
-- as_of_date.
consumer_rfm as (
    select * from {{ ref('dws_consumer_rfm') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

measured as (
    select
        send_days.consumer_id,
        send_days.send_date,
        consumer_rfm.recency_days,
        consumer_rfm.frequency,
        consumer_rfm.monetary
    from send_days
    inner join consumer_rfm
        on send_days.consumer_id = consumer_rfm.consumer_id
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
),
{%- endif %}

final as (
    select
        consumer_id,
        send_date,
        {{ rfm_user_level('recency_days', 'frequency', 'monetary') }} as user_level
    from measured
)

select * from final
