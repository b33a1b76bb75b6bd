{#
    An expression that uses another one by a name: SQL has no let, and written out, each use would be planned and computed again.
    A list of one and a lambda give the name.
#}
{% macro with_name(expression, name, body) -%}
    {{ return(adapter.dispatch('with_name', 'coupon_rfm')(expression, name, body)) }}
{%- endmacro %}

{% macro duckdb__with_name(expression, name, body) -%}
    list_transform([{{ expression }}], lambda {{ name }}: {{ body }})[1]
{%- endmacro %}

{% macro spark__with_name(expression, name, body) -%}
    get(transform(array({{ expression }}), {{ name }} -> {{ body }}), 0)
{%- endmacro %}
