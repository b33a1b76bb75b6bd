{# The select list of a breakdown's name and its member_keys. #}
{% macro breakdown_keys(breakdown) -%}
    '{{ breakdown }}' as breakdown
    {%- for key in coupon_rfm.member_keys() %},
        {{ key if key in coupon_rfm.breakdowns()[breakdown] else 'cast(null as integer) as ' ~ key }}
    {%- endfor -%}
{%- endmacro %}
