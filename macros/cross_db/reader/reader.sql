{#
    What reading raw files needs of an engine; macros/ods says what is read. A path is written as the engine writes it, with / on
    every system, and begins with the root of the raw folder.
#}

{# {root, files}: the raw folder as the engine writes it, and the csv and parquet files of the tables in it. #}
{% macro list_raw_folder(path, tables) %}
    {{ return(adapter.dispatch('list_raw_folder', 'coupon_rfm')(path, tables)) }}
{% endmacro %}

{# The first line of every CSV file of a table, by its path; a file of 0 bytes has none. #}
{% macro first_lines(found) %}
    {{ return(adapter.dispatch('first_lines', 'coupon_rfm')(found)) }}
{% endmacro %}

{# The columns of a Parquet file: its type by the name of each. #}
{% macro parquet_columns(file) %}
    {{ return(adapter.dispatch('parquet_columns', 'coupon_rfm')(file)) }}
{% endmacro %}

{# Makes room for the sources where no reader of the warehouse meets them; stops where something else stands in their place. #}
{% macro prepare_sources(tables) %}
    {{ return(adapter.dispatch('prepare_sources', 'coupon_rfm')(tables)) }}
{% endmacro %}

{# Makes the source of a table over groups of files: the raw columns as text, and where each row comes from. #}
{% macro create_source(root, table, groups) %}
    {% set selects = adapter.dispatch('source_selects', 'coupon_rfm')(root, table, groups) %}
    {% do run_query(
        'create or replace view ' ~ table.relation ~ ' as\n'
        ~ (selects or [coupon_rfm.no_raw_rows(table)]) | join('\nunion all\n')
    ) %}
{% endmacro %}

{#
    Post-hook of every ods model, in its transaction: adds the lines that are not UTF-8, and tells the line number of every
    unreadable line. Spark's reader has done both already.
#}
{% macro keep_unreadable_lines(relation) %}
    {% if execute %}
        {{ return(adapter.dispatch('keep_unreadable_lines', 'coupon_rfm')(relation)) }}
    {% endif %}
{% endmacro %}


{# A field with the comma before it: quoted, with "" for a quote, or anything that does not begin with a quote. #}
{% macro csv_field_pattern() %}
    {{ return(',("[^"]*(?:""[^"]*)*"|[^",][^,]*|)') }}
{% endmacro %}


{# The file below the raw folder, and its batch: the date of its dt= folder, '' without one. #}
{% macro source_file_columns(path, root) -%}
    substr({{ path }}, {{ root | length + 2 }}) as source_file,
    regexp_extract({{ path }}, 'dt=([0-9]{4}-[0-9]{2}-[0-9]{2})', 1) as source_batch
{%- endmacro %}
