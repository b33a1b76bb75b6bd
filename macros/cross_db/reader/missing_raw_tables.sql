{# The raw tables that selected nodes read, without making them, and that are not in the warehouse. #}
{% macro missing_raw_tables() %}
    {{ return(adapter.dispatch('missing_raw_tables', 'coupon_rfm')()) }}
{% endmacro %}
