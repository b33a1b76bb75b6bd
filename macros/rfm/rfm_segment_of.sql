{# The segment_key straight from R days, F uses and M yuan: the same scores and cuts wherever a segment is needed. #}
{% macro rfm_segment_of(recency_days, frequency, monetary) -%}
    {%- set rfm_total -%}
        ({{ coupon_rfm.rfm_score('recency', recency_days) }}
        + {{ coupon_rfm.rfm_score('frequency', frequency) }}
        + {{ coupon_rfm.rfm_score('monetary', monetary) }})
    {%- endset -%}
    {{ coupon_rfm.rfm_segment(rfm_total) }}
{%- endmacro %}
