{# Makes the views of these raw tables, as far as their files are Parquet. #}
{% macro open_raw_views(tables) %}
    {{ return(adapter.dispatch('open_raw_views', 'coupon_rfm')(tables)) }}
{% endmacro %}
