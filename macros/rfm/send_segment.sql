{#
    The segment_key that judges a send: that of dws_consumer_send_level, which leaves out the days before a consumer's first use
    (R 999, F 0, M 0).
#}
{% macro send_segment(consumer_key, segment_key) -%}
    case
        when {{ consumer_key }} = 0 then {{ coupon_rfm.segment_key('unknown') }}
        else coalesce({{ segment_key }}, {{ coupon_rfm.rfm_segment_of(999, 0, 0) }})
    end
{%- endmacro %}
