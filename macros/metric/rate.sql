{# A rate, share or ROI: sum / sum at the level shown, decimal(18, 6), NULL where the denominator is 0; never an average of ratios. #}
{% macro rate(numerator, denominator) -%}
    {{ coupon_rfm.exact_div(numerator, denominator, 6) }}
{%- endmacro %}
