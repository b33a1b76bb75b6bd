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
        cast(coalesce(sum(cube.send_count), 0) as bigint) as send_count,
        cast(coalesce(sum(cube.use_count), 0) as bigint) as use_count,
        cast(coalesce(sum(cube.redeemed_send_count), 0) as bigint) as redeemed_send_count,
        cast(coalesce(sum(cube.send_discount_amount), 0) as decimal(18, 2)) as send_discount_amount,
        cast(coalesce(sum(cube.discount_amount), 0) as decimal(18, 2)) as discount_amount,
        cast(coalesce(sum(cube.pay_amount), 0) as decimal(18, 2)) as pay_amount,
        max(cube.last_expire_time) as last_expire_time
    from calendar
    inner join as_of
        on calendar.date_day between as_of.first_event_date and as_of.as_of_date
    left join cube
        on calendar.date_day = cube.stat_date
    group by calendar.date_day, as_of.as_of_date, as_of.first_event_date
),

-- The calendar has no gaps, so that so many rows are so many days.
windows as (
    {% for period, day_count in {'1d': 1, '7d': 7, '30d': 30}.items() -%}
    select
        stat_date,
        '{{ period }}' as period,
        as_of_date,
        {{ dbt.datediff('first_event_date', 'stat_date', 'day') }}
        >= {{ day_count - 1 }} as is_full_window,
        cast(sum(send_count) over rolling as bigint) as send_count,
        cast(sum(use_count) over rolling as bigint) as use_count,
        cast(sum(redeemed_send_count) over rolling as bigint) as redeemed_send_count,
        cast(sum(send_discount_amount) over rolling as decimal(18, 2)) as send_discount_amount,
        cast(sum(discount_amount) over rolling as decimal(18, 2)) as discount_amount,
        cast(sum(pay_amount) over rolling as decimal(18, 2)) as pay_amount,
        max(last_expire_time) over rolling as last_expire_time
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
        send_count,
        use_count,
        {{ rate('use_count', 'send_count') }} as use_rate,
        send_discount_amount,
        discount_amount,
        pay_amount,
        {{ rate('pay_amount', 'discount_amount') }} as roi,
        {{ rate('redeemed_send_count', 'send_count') }} as cohort_use_rate,
        {{ is_mature('last_expire_time', 'as_of_date') }} as is_mature,
        is_full_window
    from windows
)

select * from final
