with

consumer_rfm as (
    select * from {{ ref('dws_consumer_rfm') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
),

final as (
    select
        consumers.consumer_id,
        consumer_rfm.snapshot_date as as_of_date,
        consumer_rfm.last_use_date,
        consumer_rfm.recency_days,
        consumer_rfm.frequency,
        consumer_rfm.monetary,
        consumer_rfm.r_score,
        consumer_rfm.f_score,
        consumer_rfm.m_score,
        consumer_rfm.rfm_total,
        segments.user_level,
        consumer_rfm.user_sub_level,
        consumer_rfm.lifecycle,
        consumer_rfm.first_send_date,
        consumer_rfm.last_send_date
    from consumer_rfm
    inner join as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    inner join consumers
        on consumer_rfm.consumer_key = consumers.consumer_key
    inner join segments
        on consumer_rfm.segment_key = segments.segment_key
)

select * from final
