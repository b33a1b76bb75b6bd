{# A SQL text literal of any text, or NULL. Spark reads a backslash as an escape and '' as the end of one literal and the start of another. #}
{% macro text_literal(text) -%}
    {{ return('cast(null as string)' if text is none else adapter.dispatch('text_literal', 'coupon_rfm')(text | string)) }}
{%- endmacro %}

{% macro duckdb__text_literal(text) -%}
    {{ return("'" ~ (text | replace("'", "''")) ~ "'") }}
{%- endmacro %}

{% macro spark__text_literal(text) -%}
    {{ return("'" ~ (text | replace('\\', '\\\\') | replace("'", "\\'")) ~ "'") }}
{%- endmacro %}
