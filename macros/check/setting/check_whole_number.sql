{# Rejects a setting that is no whole number within bounds. #}
{% macro check_whole_number(name, value, least, most) %}
    {% if value is not integer or value is boolean or value < least or value > most %}
        {% set is_in_quotes = value is string and modules.re.fullmatch('[0-9]{1,9}', value) %}
        {{ coupon_rfm.reject_setting(
            name, value,
            'a whole number from ' ~ least ~ ' to ' ~ most ~ (': write ' ~ value ~ ' without quotes' if is_in_quotes else '')
        ) }}
    {% endif %}
{% endmacro %}
