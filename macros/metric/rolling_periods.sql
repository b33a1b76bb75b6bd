{# The windows of a fixed length, by their name in dws_period, and how many days each has; `all` is everything. In their order. #}
{% macro rolling_periods() -%}
    {{ return({'1d': 1, '7d': 7, '30d': 30}) }}
{%- endmacro %}
