{# DuckDB's side of the reader: views over read_csv and read_parquet. #}

{% macro duckdb__list_raw_folder(path, tables) %}
    {% set patterns = [] %}
    {% for table in tables %}
        {% for ending in ['.csv', '.parquet', '/**/*.csv', '/**/*.parquet'] %}
            {% do patterns.append(path ~ '/' ~ table.name ~ ending) %}
        {% endfor %}
    {% endfor %}
    {% set files = [] %}
    {% for row in run_query('select distinct file from glob(' ~ coupon_rfm.file_list(patterns) ~ ') order by file').rows %}
        {% do files.append(row[0] | replace('\\', '/')) %}
    {% endfor %}
    {{ return({'root': path, 'files': files}) }}
{% endmacro %}


{#
    The sources are views in a database in memory, which ends with the process: what is left in the warehouse are tables, which
    need no raw file. Views that older versions made in the warehouse itself go; nothing else in its schema ods is touched.
#}
{% macro duckdb__prepare_sources(tables) %}
    {% do run_query("attach if not exists ':memory:' as raw_files") %}
    {% do run_query('create schema if not exists raw_files.ods') %}
    {% for row in run_query("
        select view_name
        from duckdb_views()
        where
            database_name = current_database()
            and schema_name = 'ods'
            and view_name in ('source_file', '" ~ tables | map(attribute='name') | join("', '") ~ "')
            and (contains(sql, 'source_batch') and contains(sql, 'corrupt_record') or contains(sql, 'ignored_columns'))
    ").rows %}
        {% do run_query('drop view ods.' ~ row[0]) %}
    {% endfor %}
{% endmacro %}


{# Hundreds of headers are read by one query: a batch a day soon makes that many. #}
{% macro duckdb__first_lines(found) %}
    {% set first_lines = {} %}
    {% for files in found.files | batch(200) %}
        {% set selects = [] %}
        {% for file in files %}
            {% do selects.append(
                '(select ' ~ coupon_rfm.text_literal(file) ~ ' as file, line from '
                ~ coupon_rfm.csv_lines([file], skip=0, in_order=true) ~ ' limit 1)'
            ) %}
        {% endfor %}
        {% for row in run_query(selects | join('\nunion all\n')).rows %}
            {% do first_lines.update({row[0]: row[1]}) %}
        {% endfor %}
    {% endfor %}
    {{ return(first_lines) }}
{% endmacro %}


{# INT96, an instant in UTC by Spark's and Hive's custom, is called so; DuckDB itself takes it for a time without a zone. #}
{% macro duckdb__parquet_columns(file) %}
    {% set path = coupon_rfm.text_literal(file) %}
    {% set types = {} %}
    {% for row in run_query('describe select * from read_parquet(' ~ path ~ ', hive_partitioning = false)').rows %}
        {% do types.update({row[0]: row[1]}) %}
    {% endfor %}
    {% for row in run_query('select name from parquet_schema(' ~ path ~ ") where type = 'INT96'").rows %}
        {% do types.update({row[0]: 'INT96'}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}


{% macro duckdb__source_selects(root, table, groups) %}
    {% set selects = [] %}
    {% for group in groups %}
        {% do selects.append(
            coupon_rfm.duckdb__csv_rows(root, table, group) if group.format == 'csv'
            else coupon_rfm.duckdb__parquet_rows(root, table, group)
        ) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{#
    One physical line is one record (docs/decisions/0005), so files are read as lines and the fields cut here: a broken
    quote then costs its own line and not the thousands up to the next quote, and nothing is sniffed.
#}
{% macro duckdb__csv_rows(root, table, group) -%}
select
    {%- for column in table.columns %}
    {% if column in group.columns -%}
    nullif(fields[{{ group.columns.index(column) + 1 }}], '') as {{ column }},
    {%- else -%}
    cast(null as varchar) as {{ column }},
    {%- endif %}
    {%- endfor %}
    {{ coupon_rfm.source_file_columns("replace(filename, '\\', '/')", root) }},
    cast(null as bigint) as source_line,
    case when fields is null then line end as corrupt_record
from (
    select
        filename,
        line,
        case when len(cut_fields) = {{ group.columns | length }} then cut_fields end as fields
    from (
        select
            filename,
            line,
            {{ coupon_rfm.duckdb__csv_fields('line') }} as cut_fields
        from {{ coupon_rfm.csv_lines(group.files, skip=1, rejects=table.name) }}
        where not regexp_full_match(line, '[ \t\r\x{00a0}\x{3000}\x{feff}]*')
    )
)
{%- endmacro %}


{# Instants are written with their offset, so that parse_time brings them to the business time zone. #}
{% macro duckdb__parquet_rows(root, table, group) -%}
select
    {%- for column in table.columns %}
    {% if column not in group.columns -%}
    cast(null as varchar) as {{ column }},
    {%- elif group.types[column] == 'INT96' -%}
    strftime({{ column }}, '%Y-%m-%d %H:%M:%S.%f+00:00') as {{ column }},
    {%- elif group.types[column] == 'TIMESTAMP WITH TIME ZONE' -%}
    strftime(timezone('UTC', {{ column }}), '%Y-%m-%d %H:%M:%S.%f+00:00') as {{ column }},
    {%- else -%}
    nullif(cast({{ column }} as varchar), '') as {{ column }},
    {%- endif %}
    {%- endfor %}
    {{ coupon_rfm.source_file_columns("replace(filename, '\\', '/')", root) }},
    file_row_number + 1 as source_line,
    cast(null as varchar) as corrupt_record
from read_parquet({{ coupon_rfm.file_list(group.files) }}, filename = true, file_row_number = true, hive_partitioning = false)
{%- endmacro %}


{% macro file_list(files) -%}
    [
    {%- for file in files %}{{ coupon_rfm.text_literal(file) }}{{ ', ' if not loop.last }}{% endfor -%}
    ]
{%- endmacro %}


{#
    CSV files as a relation (line, filename). The delimiter, four control characters, is there for none to be found. Lines that
    are not UTF-8 are left out; with `rejects` they are kept in the temporary tables <rejects>_reject and <rejects>_scan of the
    connection.

    Two modes, because DuckDB 2.0 has no single one that does both (measured on LF, CRLF and mixed files):
    - in parallel: new_line '\n' loses no line, but counts a CRLF as two; '\r\n' loses lines of LF files where buffers meet;
    - in_order: '\r\n' in one thread counts every line right, and the lines come in their order.
#}
{% macro csv_lines(files, skip, rejects=none, in_order=false) -%}
    read_csv(
        {{ coupon_rfm.file_list(files) }},
        columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, skip = {{ skip }},
        delim = chr(1) || chr(2) || chr(3) || chr(4), quote = '', escape = '', comment = '',
        strict_mode = false, filename = true, hive_partitioning = false,
        {% if in_order %}new_line = '\r\n', parallel = false{% else %}new_line = '\n'{% endif %},
        {% if rejects -%}
        store_rejects = true, rejects_table = '{{ rejects }}_reject', rejects_scan = '{{ rejects }}_scan'
        {%- else -%}
        ignore_errors = true
        {%- endif %}
    )
{%- endmacro %}


{# Drops the tables in which DuckDB keeps the lines that are not UTF-8: they outlive a run that shares the connection. #}
{% macro drop_rejects(rejects) %}
    {% do run_query('drop table if exists temp.' ~ rejects ~ '_reject') %}
    {% do run_query('drop table if exists temp.' ~ rejects ~ '_scan') %}
{% endmacro %}


{# The fields of a line as a list; NULL where a quote is opened and not closed before the next comma or the end. #}
{% macro duckdb__csv_fields(line) -%}
    {%- set field = coupon_rfm.csv_field_pattern() -%}
    case
        when not contains({{ line }}, '"') then string_split({{ line }}, ',')
        when regexp_full_match(',' || {{ line }}, '(?:{{ field }})+')
            then list_transform(
                regexp_extract_all(',' || {{ line }}, '{{ field }}', 1),
                lambda f: case when starts_with(f, '"') then replace(f[2:-2], '""', '"') else f end
            )
    end
{%- endmacro %}
