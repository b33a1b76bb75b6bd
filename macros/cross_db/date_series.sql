{# A select with the column date_day: every day from first to last, both 'YYYY-MM-DD'. #}
{% macro date_series(first, last) -%}
    {{ return(adapter.dispatch('date_series', 'coupon_rfm')(first, last)) }}
{%- endmacro %}

{% macro duckdb__date_series(first, last) -%}
    select cast(unnest(generate_series(date '{{ first }}', date '{{ last }}', interval 1 day)) as date) as date_day
{%- endmacro %}

{% macro spark__date_series(first, last) -%}
    select explode(sequence(date '{{ first }}', date '{{ last }}', interval 1 day)) as date_day
{%- endmacro %}
