{# The raw tables that there must be (docs/rules.md section 1); raw_tables knows them only when the project runs. #}
{% macro required_tables() %}
    {{ return(['activity', 'agent', 'coupon_send', 'coupon_use', 'product']) }}
{% endmacro %}
