{# The user_level of sends without a known consumer; they count in every total and are kept out of RFM (docs/rules.md section 4). #}
{% macro unknown_user_level() -%}
    未知用户
{%- endmacro %}
