{# The columns of a raw table in the order of the sources YAML, which is that of its row text. #}
{% macro raw_columns(table) %}
    {{ return(coupon_rfm.raw_table(table).columns) }}
{% endmacro %}
