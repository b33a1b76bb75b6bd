{# The keys that stand more than once in a raw table. Looking for them first keeps the other rows, nearly all, out of any sort.
    Give it a ref and not a CTE: a CTE that is used twice is kept in memory whole. #}
{% macro repeated_keys(source, key) -%}
    select {{ coupon_rfm.clean_id(key) }} as {{ key }}
    from {{ source }}
    where {{ key }} is not null
    group by {{ coupon_rfm.clean_id(key) }}
    having count(*) > 1
{%- endmacro %}
