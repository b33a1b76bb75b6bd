{# Drops the tables in which DuckDB keeps the lines that are not UTF-8: they outlive a run that shares the connection. #}
{% macro drop_rejects(rejects) %}
    {% do run_query('drop table if exists temp.' ~ rejects ~ '_reject') %}
    {% do run_query('drop table if exists temp.' ~ rejects ~ '_scan') %}
{% endmacro %}
