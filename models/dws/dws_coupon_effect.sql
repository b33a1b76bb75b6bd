with

cube as (
    select * from {{ ref('dws_coupon_cube_1d') }}
),

events as (
    select * from {{ ref('dws_coupon_event') }}
),

people as (
    select * from {{ ref('dws_coupon_people_1d') }}
),

periods as (
    select * from {{ ref('dws_period') }}
),

segments as (
    select * from {{ ref('dim_segment') }}
    where is_known
),

-- The cube is not split by product, which would make it forty times as long.
products as (
    select
        event_date as stat_date,
        product_key,
        {{ measures_of_events() }},
        max(expire_date) as last_expire_date
    from events
    group by event_date, product_key
),

days as (
    {% for breakdown, keys in breakdowns().items() -%}
    select
        {{ breakdown_keys(breakdown) }},
        stat_date,
        {{ additive_measures() | join(',\n        ') }},
        last_expire_date,
        0 as consumer_count,
        0 as paying_consumer_count
    from {{ 'products' if 'product_key' in keys else 'cube' }}

    union all

    {% if keys in ([], ['segment_key']) -%}
    -- A day of nothing, so that every period and every segment in it has its row
    -- (docs/contract.md section 4).
    select
        {{ breakdown_keys(breakdown) }},
        periods.end_date as stat_date,
        {{ no_measures() }},
        cast(null as date) as last_expire_date,
        0 as consumer_count,
        0 as paying_consumer_count
    from segments
    cross join periods

    union all

    {% endif -%}
    {% endfor -%}
    -- Every window ends at as_of_date, so that somebody is in it if the last day of theirs is.
    select
        breakdown,
        {{ member_keys() | join(',\n        ') }},
        last_date as stat_date,
        {{ no_measures() }},
        cast(null as date) as last_expire_date,
        consumer_count,
        paying_consumer_count
    from people
),

windows as (
    select
        periods.end_date as stat_date,
        periods.period,
        days.breakdown,
        {{ member_keys() | join(',\n        ') }},
        {{ sum_additive_measures() }},
        max(days.last_expire_date) as last_expire_date,
        cast(sum(days.consumer_count) as bigint) as consumer_count,
        cast(sum(days.paying_consumer_count) as bigint) as paying_consumer_count
    from days
    inner join periods
        on days.stat_date between periods.start_date and periods.end_date
    group by periods.end_date, periods.period, days.breakdown, {{ member_keys() | join(', ') }}
),

final as (
    select
        stat_date,
        period,
        breakdown,
        {{ member_keys() | join(',\n        ') }},
        {{ additive_measures() | join(',\n        ') }},
        {{ rate('use_count', 'send_count') }} as use_rate,
        {{ rate('pay_amount', 'discount_amount') }} as roi,
        consumer_count,
        paying_consumer_count,
        {{ rate('redeemed_send_count', 'send_count') }} as cohort_use_rate,
        {{ is_mature('last_expire_date', 'stat_date') }} as is_mature
    from windows
)

select * from final
