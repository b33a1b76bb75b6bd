{# The segment_key of a total score R + F + M (3 to 15) by vars.rfm_levels; `lost` is what no other takes. #}
{% macro rfm_segment(rfm_total) -%}
    {%- set levels = coupon_rfm.setting('rfm_levels') -%}
    case
        {%- for segment_code in ['high_value', 'potential', 'general'] %}
        when {{ rfm_total }} >= {{ levels[segment_code]['min_total'] }} then {{ coupon_rfm.segment_key(segment_code) }}
        {%- endfor %}
        else {{ coupon_rfm.segment_key('lost') }}
    end
{%- endmacro %}
