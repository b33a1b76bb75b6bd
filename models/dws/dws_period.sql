with

as_of as (
    select * from {{ ref('dws_as_of') }}
),

final as (
    {% for period, day_count in rolling_periods().items() -%}
    select
        '{{ period }}' as period,
        {{ loop.index }} as period_order,
        cast({{ dbt.dateadd('day', 1 - day_count, 'as_of_date') }} as date) as start_date,
        as_of_date as end_date
    from as_of

    union all

    {% endfor -%}
    select
        'all' as period,
        {{ rolling_periods() | length + 1 }} as period_order,
        coalesce(first_event_date, as_of_date) as start_date,
        as_of_date as end_date
    from as_of
)

select * from final
