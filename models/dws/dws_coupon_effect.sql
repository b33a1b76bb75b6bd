with

events as (
    select * from {{ ref('dws_coupon_event') }}
),

periods as (
    select * from {{ ref('dws_period') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
    where is_known
),

windowed as (
    select
        periods.period,
        events.user_level,
        events.activity_id,
        events.agent_id,
        events.product_id,
        events.consumer_id,
        events.paying_consumer_id,
        events.send_count,
        events.use_count,
        events.redeemed_send_count,
        events.send_discount_amount,
        events.discount_amount,
        events.pay_amount,
        events.expire_time
    from events
    inner join periods
        on events.event_date between periods.start_date and periods.end_date

    union all

    -- An event of nothing, so that every period and every segment in it has its row, zero-filled
    -- (docs/contract.md section 4).
    select
        periods.period,
        segments.user_level,
        cast(null as string) as activity_id,
        cast(null as string) as agent_id,
        cast(null as string) as product_id,
        cast(null as string) as consumer_id,
        cast(null as string) as paying_consumer_id,
        0 as send_count,
        0 as use_count,
        0 as redeemed_send_count,
        cast(0 as decimal(18, 2)) as send_discount_amount,
        cast(0 as decimal(18, 2)) as discount_amount,
        cast(0 as decimal(18, 2)) as pay_amount,
        cast(null as timestamp) as expire_time
    from periods
    cross join segments
),

measured as (
    select
        {{ breakdown_key() }},
        user_level,
        activity_id,
        agent_id,
        product_id,
        {{ sum_additive_measures() }},
        max(expire_time) as last_expire_time
    from windowed
    {{ group_by_breakdown() }}  -- noqa: PRS
),

-- People are counted apart: Spark would carry every sum along with every person of every breakdown.
people as (
    select
        {{ breakdown_key() }},
        count(distinct consumer_id) as consumer_count,
        count(distinct paying_consumer_id) as paying_consumer_count
    from windowed
    {{ group_by_breakdown() }}  -- noqa: PRS
),

final as (
    select
        periods.end_date as stat_date,
        measured.period,
        measured.breakdown,
        measured.user_level,
        measured.activity_id,
        measured.agent_id,
        measured.product_id,
        measured.send_count,
        measured.use_count,
        {{ rate('measured.use_count', 'measured.send_count') }} as use_rate,
        measured.send_discount_amount,
        measured.discount_amount,
        measured.pay_amount,
        {{ rate('measured.pay_amount', 'measured.discount_amount') }} as roi,
        people.consumer_count,
        people.paying_consumer_count,
        {{ rate('measured.redeemed_send_count', 'measured.send_count') }} as cohort_use_rate,
        {{ is_mature('measured.last_expire_time', 'periods.end_date') }} as is_mature
    from measured
    inner join periods
        on measured.period = periods.period
    inner join people
        on measured.period = people.period
        and measured.breakdown = people.breakdown
        and measured.level_id = people.level_id
        and measured.item_id = people.item_id
    where measured.breakdown in ('overall', 'level') or measured.item_id <> ''
)

select * from final
