{# The names of the additive measures that every effect table carries as they are. #}
{% macro shown_measures() -%}
    {%- set names = [] -%}
    {%- for name, measure in coupon_rfm.additive_measures().items() if measure.is_shown -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
