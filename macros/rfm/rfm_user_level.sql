{# The segment straight from R days, F uses and M yuan: the same scores and cuts wherever a segment is needed. #}
{% macro rfm_user_level(recency_days, frequency, monetary) -%}
    {%- set rfm_total -%}
        ({{ coupon_rfm.rfm_score('recency', recency_days) }}
        + {{ coupon_rfm.rfm_score('frequency', frequency) }}
        + {{ coupon_rfm.rfm_score('monetary', monetary) }})
    {%- endset -%}
    {{ coupon_rfm.rfm_level(rfm_total) }}
{%- endmacro %}
