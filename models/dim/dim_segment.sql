with

segments as (
    {% for role, level in setting('rfm_levels').items() -%}
    select
        '{{ level.name }}' as user_level,
        '{{ role }}' as segment_code,
        {{ level.min_total }} as min_rfm_total
    union all
    {% endfor -%}
    select
        '{{ unknown_user_level() }}' as user_level,
        'unknown' as segment_code,
        cast(null as integer) as min_rfm_total
),

final as (
    select
        user_level,
        segment_code,
        cast(min_rfm_total as integer) as min_rfm_total,
        cast(
            row_number() over (order by min_rfm_total desc nulls last) as integer
        ) as segment_order,
        min_rfm_total is not null as is_known
    from segments
)

select * from final
