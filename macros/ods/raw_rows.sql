{#
    How an ods model is made. On DuckDB a table whose files are Parquet is a view over them, which every reader scans as fast as
    a copy; it lasts as long as the command (open_raw_views). Lines of CSV are cut once, into a table, as everything on Spark.
#}
{% materialization raw_rows, adapter='duckdb' %}
    {% if model.name[4:] in coupon_rfm.tables_of_parquet() %}
        {{ return(dbt.materialization_view_default()) }}
    {% endif %}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}


{% materialization raw_rows, adapter='spark' %}
    {{ return(dbt.materialization_table_spark()) }}
{% endmaterialization %}
