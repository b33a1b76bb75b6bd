with

-- Whoever is known. Each reads the events itself: what is used more than once, DuckDB keeps in
-- memory whole.
{% for breakdown, keys in breakdowns().items() -%}
{% for event_type in ['send', 'use'] -%}
{{ breakdown }}_{{ event_type }}s as (
    select
        {% for key in keys %}{{ key }},
        {% endfor -%}
        max(event_date) as last_date
    from {{ ref('dws_coupon_event') }}
    where event_type = '{{ event_type }}' and consumer_key <> 0
    group by {% for key in keys %}{{ key }}, {% endfor %}consumer_key
),

{% endfor -%}
{% endfor -%}

counted as (
    {% for breakdown, keys in breakdowns().items() -%}
    {% set is_last_breakdown = loop.last -%}
    {% for event_type in ['send', 'use'] -%}
    select
        {{ breakdown_keys(breakdown) }},
        last_date,
        {{ 'count(*)' if event_type == 'send' else 0 }} as consumer_count,
        {{ 'count(*)' if event_type == 'use' else 0 }} as paying_consumer_count
    from {{ breakdown }}_{{ event_type }}s
    group by {% for key in keys %}{{ key }}, {% endfor %}last_date
    {%- if not (loop.last and is_last_breakdown) %}

    union all

    {% endif -%}
    {%- endfor -%}
    {%- endfor %}
),

final as (
    select
        breakdown,
        {{ member_keys() | join(',\n        ') }},
        last_date,
        cast(sum(consumer_count) as bigint) as consumer_count,
        cast(sum(paying_consumer_count) as bigint) as paying_consumer_count
    from counted
    group by breakdown, {{ member_keys() | join(', ') }}, last_date
)

select * from final
