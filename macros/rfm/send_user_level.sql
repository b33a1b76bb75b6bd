{# The segment that judges a send: that of dws_consumer_send_level, which leaves out consumers without any use (R 999, F 0, M 0). #}
{% macro send_user_level(consumer_id, user_level) -%}
    case
        when {{ consumer_id }} = 'unknown' then '{{ coupon_rfm.unknown_user_level() }}'
        else coalesce({{ user_level }}, {{ coupon_rfm.rfm_user_level(999, 0, 0) }})
    end
{%- endmacro %}
