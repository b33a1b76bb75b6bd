{# Makes the source of a table over groups of files: the raw columns as text, and where each row comes from. #}
{% macro create_source(root, table, groups) %}
    {% set selects = adapter.dispatch('source_selects', 'coupon_rfm')(root, table, groups) %}
    {% set create_view %}
        create or replace view {{ graph.sources['source.coupon_rfm.ods.' ~ table.name].relation_name }} as
        {{ (selects or [coupon_rfm.no_raw_rows(table)]) | join('\nunion all\n') }}
    {% endset %}
    {% do run_query(create_view) %}
{% endmacro %}
