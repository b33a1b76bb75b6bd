{# A struct as JSON text, with its NULL fields. Spark leaves those out unless told otherwise. #}
{% macro json_text(struct) -%}
    {{ return(adapter.dispatch('json_text', 'coupon_rfm')(struct)) }}
{%- endmacro %}

{% macro duckdb__json_text(struct) -%}
    cast(to_json({{ struct }}) as varchar)
{%- endmacro %}

{% macro spark__json_text(struct) -%}
    to_json({{ struct }}, map('ignoreNullFields', 'false'))
{%- endmacro %}
