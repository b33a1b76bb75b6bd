{#
    A text that matches a pattern as a whole (as `matches` says), written as a template, in which \1 to \9 stand for the groups
    of the pattern; any other text as it is. Java spells them $1 to $9.
#}
{% macro rewrite(text, pattern, template) -%}
    {{ return(adapter.dispatch('rewrite', 'coupon_rfm')(text, pattern, template)) }}
{%- endmacro %}

{% macro duckdb__rewrite(text, pattern, template) -%}
    regexp_replace({{ text }}, '\A(?:{{ pattern }})\z', '{{ template }}')
{%- endmacro %}

{% macro spark__rewrite(text, pattern, template) -%}
    regexp_replace({{ text }}, r'\A(?:{{ pattern }})\z', '{{ template | replace('\\', '$') }}')
{%- endmacro %}
