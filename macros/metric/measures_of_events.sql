{# The select list that counts and sums the events of dws_coupon_event into the additive measures. #}
{% macro measures_of_events() -%}
    {%- for name, measure in coupon_rfm.additive_measures().items() -%}
    cast(
            sum(case when event_type = '{{ measure.event_type }}' then {{ measure.value }} else 0 end)
            as {{ measure.data_type }}
        ) as {{ name }}
    {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
