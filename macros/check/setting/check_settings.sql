{#
    On run start: reads every setting once, so that a wrong one stops the run even where no selected model uses it, and so does
    a var that is none of them.
#}
{% macro check_settings() %}
    {% do coupon_rfm.reject_unknown_settings() %}
    {% for name in coupon_rfm.known_settings() %}
        {% do coupon_rfm.setting(name) %}
    {% endfor %}
    {% do coupon_rfm.check_business_timezone() %}
{% endmacro %}
