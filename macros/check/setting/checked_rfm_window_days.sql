{# The var rfm_window_days: at least 181, or a user could keep an R score after F and M fell to nothing (docs/rules.md section 5). #}
{% macro checked_rfm_window_days(value) %}
    {% set least = [181, coupon_rfm.setting('rfm_thresholds')['recency'][3] + 1] | max %}
    {{ coupon_rfm.check_whole_number('rfm_window_days', value, least, 3650) }}
    {{ return(value) }}
{% endmacro %}
