{# The user_level of sends without a known consumer; they count in every total and are kept out of RFM (product.md section 4). #}
{% macro unknown_user_level() -%}
    未知用户
{%- endmacro %}
