{# The var business_timezone: the name of a time zone. That its clock does not change is checked once a run (check_business_timezone). #}
{% macro checked_business_timezone(value) %}
    {% if value is not string or value not in modules.pytz.all_timezones_set %}
        {% set nearest = coupon_rfm.nearest(value, modules.pytz.all_timezones) %}
        {{ coupon_rfm.reject_setting(
            'business_timezone', value,
            'the name of a time zone such as Asia/Shanghai' ~ (' (did you mean ' ~ nearest ~ '?)' if nearest else '')
        ) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
