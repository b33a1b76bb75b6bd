{#
    Stops where the clock of the business time zone changes between 2000 and 2037: times are kept as local ones, so that the hours
    from a send to its use would be off by one around a change (docs/rules.md section 2). Looks at every fourth week: no summer
    time is shorter. UTC is what it walks along, for a local time may not exist.
#}
{% macro check_business_timezone() %}
    {% set name = coupon_rfm.setting('business_timezone') %}
    {% set zone = modules.pytz.timezone(name) %}
    {% set first = modules.datetime.datetime(2000, 1, 1, 12, tzinfo=modules.pytz.utc) %}
    {% set offset = first.astimezone(zone).utcoffset() %}
    {% for month in range(38 * 366 // 28) %}
        {% set day = first + modules.datetime.timedelta(days=28 * month) %}
        {% if day.astimezone(zone).utcoffset() != offset %}
            {{ coupon_rfm.reject_setting(
                'business_timezone', name,
                'a time zone without changes of the clock, such as Asia/Shanghai (by ' ~ day.strftime('%Y-%m-%d')
                ~ ' that of this one had changed, which makes the hours from a send to its use wrong)'
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
