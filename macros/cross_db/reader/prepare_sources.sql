{# Makes room for the sources where no reader of the warehouse meets them; stops where something else stands in their place. #}
{% macro prepare_sources(tables) %}
    {{ return(adapter.dispatch('prepare_sources', 'coupon_rfm')(tables)) }}
{% endmacro %}
