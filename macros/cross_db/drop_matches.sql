{#
    The text without every match of a pattern (no quotes, written alike for RE2 and Java). DuckDB replaces the first match only
    unless told 'g', which Spark does not know; r keeps Spark from reading backslashes.
#}
{% macro drop_matches(text, pattern) -%}
    {{ return(adapter.dispatch('drop_matches', 'coupon_rfm')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__drop_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__drop_matches(text, pattern) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '')
{%- endmacro %}
