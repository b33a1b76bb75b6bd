{# A timestamp some whole hours later. dbt.dateadd takes no column for the number on DuckDB. #}
{% macro add_hours(time, hours) -%}
    {{ return(adapter.dispatch('add_hours', 'coupon_rfm')(time, hours)) }}
{%- endmacro %}

{% macro duckdb__add_hours(time, hours) -%}
    {{ time }} + to_hours({{ hours }})
{%- endmacro %}

{% macro spark__add_hours(time, hours) -%}
    {{ time }} + make_interval(0, 0, 0, 0, {{ hours }}, 0, 0)
{%- endmacro %}
