with

consumers as (
    select * from {{ ref('dws_consumer') }}
),

use_days as (
    select * from {{ ref('dws_consumer_use_1d') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

-- Today's segments, and those that ads_segment_migration starts from.
snapshots as (
    select as_of_date as snapshot_date
    from as_of

    union all

    select
        cast(
            {{ dbt.dateadd('day', -setting('migration_days'), 'as_of_date') }} as date
        ) as snapshot_date
    from as_of
),

uses as (
    select
        snapshots.snapshot_date,
        use_days.consumer_key,
        max(use_days.pay_date) as last_use_date,
        sum(case
            when {{ is_in_rfm_window('use_days.pay_date', 'snapshots.snapshot_date') }}
                then use_days.use_count
            else 0
        end) as frequency,
        sum(case
            when {{ is_in_rfm_window('use_days.pay_date', 'snapshots.snapshot_date') }}
                then use_days.pay_amount
            else 0
        end) as monetary
    from use_days
    inner join snapshots
        on use_days.pay_date <= snapshots.snapshot_date
    group by snapshots.snapshot_date, use_days.consumer_key
),

measured as (
    select
        snapshots.snapshot_date,
        consumers.consumer_key,
        consumers.first_send_date,
        consumers.last_send_date,
        uses.last_use_date,
        cast(
            {{ rfm_recency_days('uses.last_use_date', 'snapshots.snapshot_date') }} as integer
        ) as recency_days,
        cast(coalesce(uses.frequency, 0) as bigint) as frequency,
        cast(coalesce(uses.monetary, 0) as decimal(18, 2)) as monetary
    from consumers
    inner join snapshots
        on consumers.first_seen_date <= snapshots.snapshot_date
    left join uses
        on consumers.consumer_key = uses.consumer_key
        and snapshots.snapshot_date = uses.snapshot_date
),

scored as (
    select
        *,
        {{ rfm_score('recency', 'recency_days') }} as r_score,
        {{ rfm_score('frequency', 'frequency') }} as f_score,
        {{ rfm_score('monetary', 'monetary') }} as m_score
    from measured
),

segmented as (
    select
        *,
        r_score + f_score + m_score as rfm_total,
        {{ rfm_segment('(r_score + f_score + m_score)') }} as segment_key
    from scored
),

final as (
    select
        snapshot_date,
        consumer_key,
        last_use_date,
        recency_days,
        frequency,
        monetary,
        r_score,
        f_score,
        m_score,
        rfm_total,
        segment_key,
        {{ rfm_sub_level('segment_key', 'f_score', 'm_score') }} as user_sub_level,
        {{ rfm_lifecycle(
            'last_use_date', 'recency_days', 'first_send_date', 'snapshot_date'
        ) }} as lifecycle,
        first_send_date,
        last_send_date
    from segmented
)

select * from final
