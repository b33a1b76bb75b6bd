{# DuckDB's side of the reader: views over read_csv and read_parquet. #}

{% macro duckdb__list_raw_folder(path, tables) %}
    {% set entries = coupon_rfm.ask_raw_files('list_raw_folder', {
        'root': path, 'tables': tables | map(attribute='name') | list, 'follow_links': coupon_rfm.setting('follow_links'),
    }).entries %}
    {% if entries is none %}
        {{ exceptions.raise_compiler_error(
            "The folder of the raw files, " ~ path ~ ", is missing. Point COUPON_RFM_ODS_PATH at the folder that has them."
        ) }}
    {% endif %}
    {{ return({'root': path, 'entries': entries}) }}
{% endmacro %}


{#
    The sources are views in a database in memory, which ends with the process: what is left in the warehouse are tables, which
    need no raw file. Views over raw files that older versions made in the warehouse itself go; nothing else is touched.
#}
{% macro duckdb__prepare_sources(tables) %}
    {% do run_query("attach if not exists ':memory:' as raw_files") %}
    {% do run_query('create schema if not exists raw_files.ods') %}
    {% set former_views %}
        select schema_name || '.' || view_name
        from duckdb_views()
        where
            database_name = current_database()
            and (
                schema_name = 'ods'
                and view_name in ('source_file', '{{ tables | map(attribute='name') | join("', '") }}')
                and (contains(sql, 'source_batch') and contains(sql, 'corrupt_record') or contains(sql, 'ignored_columns'))
                or schema_name = 'dwd'
                and view_name in ('dwd_optional_row', 'dwd_coupon_send_checked', 'dwd_coupon_use_checked')
                or schema_name = 'dws' and view_name in ('dws_coupon_send', 'dws_coupon_use')
            )
    {% endset %}
    {% for row in run_query(former_views).rows %}
        {% do run_query('drop view ' ~ row[0]) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb__file_facts(root, found) %}
    {% set facts = coupon_rfm.ask_raw_files('read_raw_files', {'root': root, 'files': found.files}) if found.files else {} %}
    {% for file in found.files if facts[file].is_whole %}
        {% do facts[file].update(coupon_rfm.duckdb__parquet_facts(root ~ '/' ~ file)) %}
    {% endfor %}
    {{ return(facts) }}
{% endmacro %}


{#
    Of a Parquet file its columns, and by their names the types and the names DuckDB calls them by (it renames the second of
    two that differ in case only). INT96, an instant in UTC by Spark's and Hive's custom, is called so; DuckDB itself takes it
    for a time without a zone.
#}
{% macro duckdb__parquet_facts(file) %}
    {% set path = coupon_rfm.file_list([file]) %}
    {% set describe_file %} describe select * from read_parquet({{ path }}, hive_partitioning = false) {% endset %}
    {% set read_schema %} select name, type, coalesce(num_children, 0) from parquet_schema({{ path }}) {% endset %}
    {% set count_rows %} select num_rows from parquet_file_metadata({{ path }}) {% endset %}
    {% set named = run_query(describe_file).rows %}
    {% set facts = {'columns': [], 'types': {}, 'sources': {}} %}
    {% set parts = namespace(left=0) %}
    {% for row in run_query(read_schema).rows[1:] %}
        {% if parts.left %}
            {% set parts.left = parts.left - 1 + row[2] %}
        {% else %}
            {% set parts.left = row[2] %}
            {% set name, type = named[facts.columns | length].values()[:2] %}
            {% do facts.columns.append(row[0]) %}
            {% do facts.types.update({row[0]: 'INT96' if row[1] == 'INT96' else type}) %}
            {% do facts.sources.update({row[0]: name}) %}
        {% endif %}
    {% endfor %}
    {% do facts.update({'line_count': run_query(count_rows).rows[0][0]}) %}
    {{ return(facts) }}
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
        case
            when
                len(cut_fields) between {{ group.columns | length - group.optional_at_end }} and {{ group.columns | length }}
                and strlen(line) <= {{ coupon_rfm.longest_line() }}
                then cut_fields
        end as fields
    from (
        select
            filename,
            line,
            {{ coupon_rfm.duckdb__csv_fields('line') }} as cut_fields
        from {{ coupon_rfm.csv_lines(root, group.files, skip=1, rejects=table.name, longest_line=group.facts.values() | map(attribute='longest_line') | max) }}
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
    {%- else -%}
    {%- set source, type = '"' ~ group.sources[column] ~ '"', group.types[column] -%}
    {%- if type == 'INT96' -%}
    strftime({{ source }}, '%Y-%m-%d %H:%M:%S.%f+00:00') as {{ column }},
    {%- elif type == 'TIMESTAMP WITH TIME ZONE' -%}
    strftime(timezone('UTC', {{ source }}), '%Y-%m-%d %H:%M:%S.%f+00:00') as {{ column }},
    {%- elif type == 'BLOB' -%}
    nullif({{ coupon_rfm.duckdb__text_of_bytes(source) }}, '') as {{ column }},
    {%- else -%}
    nullif(cast({{ source }} as varchar), '') as {{ column }},
    {%- endif %}
    {%- endif %}
    {%- endfor %}
    {{ coupon_rfm.source_file_columns("replace(filename, '\\', '/')", root) }},
    file_row_number + 1 as source_line,
    cast(null as varchar) as corrupt_record
from read_parquet({{ coupon_rfm.file_list(group.files, root) }}, filename = true, file_row_number = true, hive_partitioning = false)
{%- endmacro %}


{# Bytes of Parquet that are not marked as text: read as UTF-8, or where they are none, with ? for each byte beyond ASCII. #}
{% macro duckdb__text_of_bytes(bytes) -%}
    coalesce(
        try(decode({{ bytes }})),
        array_to_string(list_transform(
            regexp_extract_all(hex({{ bytes }}), '..'), lambda h: case when h < '80' then chr(cast('0x' || h as integer)) else '?' end
        ), '')
    )
{%- endmacro %}


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
