{# The keys that a member of some breakdown consists of; those that a breakdown does not split by are NULL in its rows. #}
{% macro member_keys() -%}
    {{ return(coupon_rfm.breakdowns().values() | sum(start=[]) | unique | list) }}
{%- endmacro %}
