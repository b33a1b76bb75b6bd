{# The var allow_empty: the required tables that may have no accepted row. #}
{% macro checked_allow_empty(value) %}
    {% set tables = coupon_rfm.required_tables() %}
    {% set allowed = 'a list of tables out of ' ~ tables | join(', ') ~ ', such as [coupon_use], or [] for none' %}
    {% if value is string or value is mapping or value is not iterable %}
        {{ coupon_rfm.reject_setting('allow_empty', value, allowed) }}
    {% endif %}
    {% for table in value if table not in tables %}
        {% set nearest = coupon_rfm.nearest(table, tables) %}
        {{ coupon_rfm.reject_setting(
            'allow_empty', value, allowed ~ '; ' ~ table ~ ' is none of them' ~ (', did you mean ' ~ nearest ~ '?' if nearest else '')
        ) }}
    {% endfor %}
    {{ return(value) }}
{% endmacro %}
