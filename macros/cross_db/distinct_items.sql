{# An aggregate: the distinct items of comma-separated lists, sorted, as one such list; NULL without any. #}
{% macro distinct_items(item_list) -%}
    {{ return(adapter.dispatch('distinct_items', 'coupon_rfm')(item_list)) }}
{%- endmacro %}

{% macro duckdb__distinct_items(item_list) -%}
    array_to_string(list_sort(list_distinct(string_split(string_agg({{ item_list }}, ', '), ', '))), ', ')
{%- endmacro %}

{% macro spark__distinct_items(item_list) -%}
    nullif(array_join(sort_array(array_distinct(split(array_join(collect_list({{ item_list }}), ', '), ', '))), ', '), '')
{%- endmacro %}
