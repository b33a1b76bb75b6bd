{# The text without the characters with these code points at both ends. #}
{% macro trim_characters(text, code_points) -%}
    {%- set characters -%}
        {%- for code in code_points %}{{ ' || ' if not loop.first }}{{ coupon_rfm.character(code) }}{% endfor -%}
    {%- endset -%}
    {{ return(adapter.dispatch('trim_characters', 'coupon_rfm')(text, characters)) }}
{%- endmacro %}

{% macro duckdb__trim_characters(text, characters) -%}
    trim({{ text }}, {{ characters }})
{%- endmacro %}

{% macro spark__trim_characters(text, characters) -%}
    trim(both {{ characters }} from {{ text }})
{%- endmacro %}
