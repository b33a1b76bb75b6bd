{# The select list of a row that adds nothing to any additive measure. #}
{% macro no_measures() -%}
    {%- for name, measure in coupon_rfm.additive_measures().items() -%}
    cast(0 as {{ measure.data_type }}) as {{ name }}
    {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
