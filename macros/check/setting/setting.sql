{#
    The checked value of a var of dbt_project.yml. Models and macros read vars only through here, so that a wrong value
    stops the compilation with a sentence, whatever is selected.
#}
{% macro setting(name) %}
    {% set value = coupon_rfm.written_setting(name) %}
    {% set rule = coupon_rfm.known_settings()[name] %}
    {% if rule.has_own_check %}
        {{ return(coupon_rfm.checked_by_its_own(name, value)) }}
    {% elif rule.one_of %}
        {{ coupon_rfm.check_one_of(name, value, rule.one_of) }}
    {% else %}
        {{ coupon_rfm.check_whole_number(name, value, rule.least, rule.most) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}


{# In Python the numbers 0 and 1 are false and true. #}
{% macro check_one_of(name, value, values) %}
    {% if value not in values or (value is number and value is not boolean) %}
        {% set words = values | map('string') | map('lower') | list %}
        {{ coupon_rfm.reject_setting(name, value, words[:-1] | join(', ') ~ ' or ' ~ words[-1]) }}
    {% endif %}
{% endmacro %}


{# dbt knows only macros that are called by name, so each check is. #}
{% macro checked_by_its_own(name, value) %}
    {% if name == 'ods_path' %}
        {{ return(coupon_rfm.checked_ods_path(value)) }}
    {% elif name == 'business_timezone' %}
        {{ return(coupon_rfm.checked_business_timezone(value)) }}
    {% elif name == 'as_of_date' %}
        {{ return(coupon_rfm.checked_as_of_date(value)) }}
    {% elif name == 'rfm_window_days' %}
        {{ return(coupon_rfm.checked_rfm_window_days(value)) }}
    {% elif name == 'rfm_thresholds' %}
        {{ return(coupon_rfm.checked_rfm_thresholds(value)) }}
    {% elif name == 'rfm_levels' %}
        {{ return(coupon_rfm.checked_rfm_levels(value)) }}
    {% elif name == 'max_bad_row_share' %}
        {{ return(coupon_rfm.checked_max_bad_row_share(value)) }}
    {% elif name == 'allow_empty' %}
        {{ return(coupon_rfm.checked_allow_empty(value)) }}
    {% endif %}
{% endmacro %}
