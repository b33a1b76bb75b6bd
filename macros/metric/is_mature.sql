{# Whether every coupon of a cohort has expired by the end of as_of_date; true without a coupon (docs/rules.md section 5). #}
{% macro is_mature(last_expire_date, as_of_date) -%}
    coalesce({{ last_expire_date }} <= {{ as_of_date }}, true)
{%- endmacro %}
