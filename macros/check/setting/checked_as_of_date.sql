{# `today` is the one place where the project reads a clock: when it is compiled, in the business time zone. #}
{% macro checked_as_of_date(value) %}
    {% set allowed = "a date 'YYYY-MM-DD' from 2000-01-01 to 2099-12-31, 'today', or 'latest'" %}
    {% if value is none or value == 'latest' %}
        {{ return(none) }}
    {% endif %}
    {# YAML turns an unquoted date into one. #}
    {% set text = value | string %}
    {% if value == 'today' %}
        {% set text = modules.datetime.datetime.now(modules.pytz.timezone(coupon_rfm.setting('business_timezone'))).strftime('%Y-%m-%d') %}
        {% set allowed = allowed ~ ' (the clock of this machine is wrong: set it right, or write the date)' %}
    {% endif %}
    {% if not modules.re.fullmatch('20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', text) %}
        {{ coupon_rfm.reject_setting('as_of_date', text, allowed) }}
    {% endif %}
    {% set month_lengths = [31, 29 if (text[:4] | int) % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {% if (text[8:] | int) > month_lengths[(text[5:7] | int) - 1] %}
        {{ coupon_rfm.reject_setting('as_of_date', text, allowed) }}
    {% endif %}
    {{ return(text) }}
{% endmacro %}
