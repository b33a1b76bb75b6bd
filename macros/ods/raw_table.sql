{# One of raw_tables, by its name. #}
{% macro raw_table(name) %}
    {% set found = coupon_rfm.raw_tables() | selectattr('name', 'equalto', name) | list %}
    {{ return(found[0]) }}
{% endmacro %}
