{{ config(meta={
    'test_id': 'ADS-360',
    'name_zh': '客户分层表的每一列与统计日的 RFM 快照一致',
    'expected': '不合格行数 = 0',
}) }}

-- One of the longest ads tables, so groups of consumers are compared and not each: of a day, a
-- segment and its scores, how many there are and what each column adds up to. Each row is what
-- ads_consumer_segment has too much (below 0: too little).
{% set groups = [
    'as_of_date', 'user_level', 'user_sub_level', 'lifecycle', 'r_score', 'f_score', 'm_score',
    'rfm_total',
] %}
{% set dates = ['last_use', 'first_send', 'last_send'] %}
{% set figures = [
    'row_count', 'recency_days', 'frequency', 'monetary', 'last_use_day', 'first_send_day',
    'last_send_day',
] %}
with

shown as (
    select
        *,
        1 as sign
    from {{ ref('ads_consumer_segment') }}
),

snapshot as (
    select
        consumer_rfm.*,
        consumer_rfm.snapshot_date as as_of_date,
        segments.user_level,
        -1 as sign
    from {{ ref('dws_consumer_rfm') }} as consumer_rfm
    inner join {{ ref('dws_as_of') }} as as_of
        on consumer_rfm.snapshot_date = as_of.as_of_date
    left join {{ ref('dim_segment') }} as segments
        on consumer_rfm.segment_key = segments.segment_key
),

both_sides as (
    {% for relation in ['shown', 'snapshot'] -%}
    select
        {{ groups | join(',\n        ') }},
        sign,
        1 as row_count,
        recency_days,
        frequency,
        monetary,
        {{ for_each(dates, dbt.datediff('as_of_date', '{0}_date', 'day') ~ ' as {0}_day') }}
    from {{ relation }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
),

differences as (
    select
        {{ groups | join(',\n        ') }},
        {{ for_each(figures, 'coalesce(sum(sign * {0}), 0) as {0}') }}
    from both_sides
    group by {{ groups | join(', ') }}
)

select *
from differences
where
    {{ for_each(figures, '{0} <> 0', 'or') }}
