{# The names of the raw tables that there must be. #}
{% macro required_tables() %}
    {{ return(coupon_rfm.raw_tables() | selectattr('is_required') | map(attribute='name') | list) }}
{% endmacro %}
