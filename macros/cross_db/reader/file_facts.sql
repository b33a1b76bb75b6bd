{#
    What the files of a table are, by their path: size; of CSV the encoding of the header, its text (first_line) and, where the
    engine can tell, line_count, longest_line and has_delimiter; of Parquet is_whole, columns and types.
#}
{% macro file_facts(root, found) %}
    {{ return(adapter.dispatch('file_facts', 'coupon_rfm')(root, found)) }}
{% endmacro %}
