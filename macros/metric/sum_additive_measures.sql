{# The select list that adds up the additive measures of rows that have them; `over` makes each a window sum. #}
{% macro sum_additive_measures(over=none) -%}
    {%- for name, measure in coupon_rfm.additive_measures().items() -%}
    cast(
            coalesce(sum({{ name }}){{ ' over ' ~ over if over }}, 0) as {{ measure.data_type }}
        ) as {{ name }}
    {%- if not loop.last %},
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
