{#
    Post-hook of every ods model, in its transaction: adds the lines that are not UTF-8, and tells the line number of every
    unreadable line. Spark's reader has done both already.
#}
{% macro keep_unreadable_lines(relation) %}
    {% if execute %}
        {{ return(adapter.dispatch('keep_unreadable_lines', 'coupon_rfm')(relation)) }}
    {% endif %}
{% endmacro %}
