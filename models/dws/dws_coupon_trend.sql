with

cube as (
    select * from {{ ref('dws_coupon_cube_1d') }}
),

calendar as (
    select * from {{ ref('dim_date') }}
),

as_of as (
    select * from {{ ref('dws_as_of') }}
),

days as (
    select
        calendar.date_day as stat_date,
        as_of.as_of_date,
        as_of.first_event_date,
        {{ sum_additive_measures() }},
        max(cube.last_expire_date) as last_expire_date
    from calendar
    inner join as_of
        on calendar.date_day between as_of.first_event_date and as_of.as_of_date
    left join cube
        on calendar.date_day = cube.stat_date
    group by calendar.date_day, as_of.as_of_date, as_of.first_event_date
),

-- The calendar has no gaps, so that so many rows are so many days.
windows as (
    {% for period, day_count in rolling_periods().items() -%}
    select
        stat_date,
        '{{ period }}' as period,
        as_of_date,
        {{ dbt.datediff('first_event_date', 'stat_date', 'day') }}
        >= {{ day_count - 1 }} as is_full_window,
        {{ sum_additive_measures(over='rolling') }},
        max(last_expire_date) over rolling as last_expire_date
    from days
    window
        rolling as (
            order by stat_date
            rows between {{ day_count - 1 }} preceding and current row
        )
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
),

final as (
    select
        stat_date,
        period,
        {{ additive_measures() | join(',\n        ') }},
        {{ rate('use_count', 'send_count') }} as use_rate,
        {{ rate('pay_amount', 'discount_amount') }} as roi,
        {{ rate('redeemed_send_count', 'send_count') }} as cohort_use_rate,
        {{ is_mature('last_expire_date', 'as_of_date') }} as is_mature,
        is_full_window
    from windows
)

select * from final
