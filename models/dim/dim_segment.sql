with

segments as (
    {% for segment_code, level in setting('rfm_levels').items() -%}
    select
        {{ segment_key(segment_code) }} as segment_key,
        '{{ level.name }}' as user_level,
        '{{ segment_code }}' as segment_code,
        {{ level.min_total }} as min_rfm_total
    union all
    {% endfor -%}
    select
        {{ segment_key('unknown') }} as segment_key,
        '{{ unknown_user_level() }}' as user_level,
        'unknown' as segment_code,
        cast(null as integer) as min_rfm_total
),

final as (
    select
        segment_key,
        user_level,
        segment_code,
        cast(min_rfm_total as integer) as min_rfm_total,
        min_rfm_total is not null as is_known
    from segments
)

select * from final
