{# The text without every match of a pattern. DuckDB replaces the first match only unless told 'g', which Spark does not know. #}
{% macro drop_matches(text, pattern) -%}
    {{ return(adapter.dispatch('drop_matches', 'coupon_rfm')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__drop_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__drop_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '')
{%- endmacro %}
