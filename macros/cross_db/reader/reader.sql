{#
    What reading raw files needs of an engine; macros/ods says what is read. A path is written as the engine writes it, with / on
    every system, and begins with the root of the raw folder.
#}

{# {root, entries}: the raw folder as the engine writes it, and what in it has the name of a table: path below it, kind, size. #}
{% macro list_raw_folder(path, tables) %}
    {{ return(adapter.dispatch('list_raw_folder', 'coupon_rfm')(path, tables)) }}
{% endmacro %}

{#
    What the files of a table are, by their path: size; of CSV the encoding of the header, its text (first_line) and, where the
    engine can tell, line_count, longest_line and has_delimiter; of Parquet is_whole, columns and types.
#}
{% macro file_facts(root, found) %}
    {{ return(adapter.dispatch('file_facts', 'coupon_rfm')(root, found)) }}
{% endmacro %}

{# Makes room for the sources where no reader of the warehouse meets them; stops where something else stands in their place. #}
{% macro prepare_sources(tables) %}
    {{ return(adapter.dispatch('prepare_sources', 'coupon_rfm')(tables)) }}
{% endmacro %}

{# Makes the source of a table over groups of files: the raw columns as text, and where each row comes from. #}
{% macro create_source(root, table, groups) %}
    {% set selects = adapter.dispatch('source_selects', 'coupon_rfm')(root, table, groups) %}
    {% do run_query(
        'create or replace view ' ~ graph.sources['source.coupon_rfm.ods.' ~ table.name].relation_name ~ ' as\n'
        ~ (selects or [coupon_rfm.no_raw_rows(table)]) | join('\nunion all\n')
    ) %}
{% endmacro %}

{#
    On DuckDB the ods models of Parquet files are views, because the files are read as fast as a copy of them. They are there while
    a command runs and gone after it, so that the warehouse needs no raw file (docs/decisions/0011).
#}

{# The raw tables that selected nodes read, without making them, and that are not in the warehouse. #}
{% macro missing_raw_tables() %}
    {{ return(adapter.dispatch('missing_raw_tables', 'coupon_rfm')()) }}
{% endmacro %}

{# Makes the views of these raw tables, as far as their files are Parquet. #}
{% macro open_raw_views(tables) %}
    {{ return(adapter.dispatch('open_raw_views', 'coupon_rfm')(tables)) }}
{% endmacro %}

{# On run end, and on run start after a command that was ended by force: drops the views over raw files. #}
{% macro close_raw_views() %}
    {% if execute %}
        {{ return(adapter.dispatch('close_raw_views', 'coupon_rfm')()) }}
    {% endif %}
{% endmacro %}

{# On run end: stops where files that views read again and again were changed in between. #}
{% macro require_unchanged_files() %}
    {% if execute %}
        {{ return(adapter.dispatch('require_unchanged_files', 'coupon_rfm')()) }}
    {% endif %}
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


{# A longer line, in bytes, is unreadable. #}
{% macro longest_line() %}
    {{ return(1000000) }}
{% endmacro %}


{# The file below the raw folder, and its batch: the day of its innermost dt= folder, '' without one. #}
{% macro source_file_columns(path, root) -%}
    {%- set file = 'substr(' ~ path ~ ', ' ~ (root | length + 2) ~ ')' -%}
    {%- set batch = 'regexp_extract(' ~ file ~ ", '^(?:.*/)?dt=([0-9-]+)/', 1)" -%}
    {{ file }} as source_file,
    case
        when length({{ batch }}) = 8
            then substr({{ batch }}, 1, 4) || '-' || substr({{ batch }}, 5, 2) || '-' || substr({{ batch }}, 7, 2)
        else {{ batch }}
    end as source_batch
{%- endmacro %}
