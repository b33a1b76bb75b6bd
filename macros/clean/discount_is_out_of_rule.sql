{# docs/rules.md section 3: 0 < discount_amount <= 5000. Violations are rejected, never clamped. #}
{% macro discount_is_out_of_rule(discount_amount) -%}
    ({{ discount_amount }} <= 0 or {{ discount_amount }} > 5000)
{%- endmacro %}
