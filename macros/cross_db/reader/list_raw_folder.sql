{# {root, entries}: the raw folder as the engine writes it, and what in it has the name of a table: path below it, kind, size. #}
{% macro list_raw_folder(path, tables) %}
    {{ return(adapter.dispatch('list_raw_folder', 'coupon_rfm')(path, tables)) }}
{% endmacro %}
