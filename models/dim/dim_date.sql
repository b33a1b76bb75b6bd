with

calendar as (
    {{ date_series('2000-01-01', '2099-12-31') }}
),

final as (
    select
        date_day,
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(month from date_day) as integer) as month_number,
        cast(extract(day from date_day) as integer) as day_of_month,
        -- 2000-01-03 was a Monday; the engines number the days of the week differently.
        cast(
            {{ dbt.datediff("cast('2000-01-03' as date)", 'date_day', 'day') }}
            + 7 as integer
        ) % 7 + 1 as day_of_week
    from calendar
)

select * from final
