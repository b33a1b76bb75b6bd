{# A SQL text literal of any text, or NULL. #}
{% macro text_literal(text) -%}
    {{ return('cast(null as varchar)' if text is none else "'" ~ (text | string | replace("'", "''")) ~ "'") }}
{%- endmacro %}
