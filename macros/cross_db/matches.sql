{# Whether the whole text matches a pattern (no quotes, written alike for RE2 and Java). $ of Java would let a line end pass. #}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'coupon_rfm')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ text }} rlike r'^(?:{{ pattern }})\z'
{%- endmacro %}
