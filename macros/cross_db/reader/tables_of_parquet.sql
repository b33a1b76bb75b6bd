{# The raw tables whose files are Parquet, as registered in this process. #}
{% macro tables_of_parquet() %}
    {{ return(run_query(
        "select distinct source_table from raw_files.ods.source_file where file_format = 'parquet'"
    ).columns[0].values()) }}
{% endmacro %}
