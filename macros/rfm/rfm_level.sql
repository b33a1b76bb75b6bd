{# The segment of a total score R + F + M (3 to 15) by vars.rfm_levels; 流失用户 is what no other takes. #}
{% macro rfm_level(rfm_total) -%}
    {%- set levels = coupon_rfm.setting('rfm_levels') -%}
    case
        {%- for role in ['high_value', 'potential', 'general'] %}
        when {{ rfm_total }} >= {{ levels[role]['min_total'] }} then '{{ levels[role]['name'] }}'
        {%- endfor %}
        else '{{ levels['lost']['name'] }}'
    end
{%- endmacro %}
