{#
    Stops where the clock of the business time zone changes between 2000 and 2037: times are kept as local ones, so that the hours
    from a send to its use would be off by one around a change (docs/rules.md section 2). Looks at every seventh day: no summer
    time is shorter.
#}
{% macro check_business_timezone() %}
    {% set name = coupon_rfm.setting('business_timezone') %}
    {% set zone = modules.pytz.timezone(name) %}
    {% set first = modules.datetime.datetime(2000, 1, 1, 12) %}
    {% for week in range(38 * 366 // 7) %}
        {% set day = first + modules.datetime.timedelta(days=7 * week) %}
        {% if zone.utcoffset(day) != zone.utcoffset(first) %}
            {{ coupon_rfm.reject_setting(
                'business_timezone', name,
                'a time zone without changes of the clock, such as Asia/Shanghai (by ' ~ day.strftime('%Y-%m-%d')
                ~ ' that of this one had changed, which makes the hours from a send to its use wrong)'
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
