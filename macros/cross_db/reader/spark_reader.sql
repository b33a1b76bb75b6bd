{#
    Spark's side of the reader: per group of files a table ods.<table>_file_<n> over the text or parquet source, and the view
    ods.<table> on them. Everything goes through SQL, so that it works behind a Thrift Server and on any file system.
#}

{#
    What Spark's file sources list, which follow links and tell regular files only: what a path is otherwise (a link, a pipe) is
    not known here.
#}
{% macro spark__list_raw_folder(path, tables) %}
    {% set path = coupon_rfm.absolute_path(path) %}
    {% set list_files %}
        create or replace temporary view coupon_rfm_raw_file
        using binaryFile options (path {{ coupon_rfm.text_literal(path) }}, recursiveFileLookup 'true')
    {% endset %}
    {% do run_query(list_files) %}
    {% set rows = run_query('select path, length from coupon_rfm_raw_file order by path').rows %}
    {# A file is listed as hdfs://host/data/x.csv where the folder was given as /data: its own beginning is the root's. #}
    {% set file_system = modules.re.match('[a-zA-Z0-9+.-]+:(//[^/]*)?', rows[0][0] if rows else '') %}
    {% set folder = modules.re.sub('^[a-zA-Z0-9+.-]+:(//[^/]*)?', '', path) %}
    {% set root = (file_system.group(0) if file_system else '') ~ folder %}
    {% set entries = [] %}
    {% for row in rows %}
        {% if not row[0].startswith(root ~ '/') %}
            {{ exceptions.raise_compiler_error(
                "ods_path is " ~ path ~ ", but its files are listed as " ~ row[0] ~ ". Write it the same way."
            ) }}
        {% endif %}
        {% set below = row[0][root | length + 1:] %}
        {% do entries.append({'path': below, 'kind': 'file', 'size': row[1]}) %}
    {% endfor %}
    {{ return({'root': root, 'entries': entries}) }}
{% endmacro %}


{# The sources are views ods.<table>, which outlive the build; what is not ours in such a place stops it. #}
{% macro spark__prepare_sources(tables) %}
    {% do run_query('create schema if not exists ods') %}
    {% set there = [] %}
    {% for row in run_query('show tables in ods').rows %}{% do there.append(row[1]) %}{% endfor %}
    {% for name in ['source_file'] + (tables | map(attribute='name') | list) if name in there %}
        {% set columns = [] %}
        {% for row in run_query('describe ods.' ~ name).rows %}{% do columns.append(row[0]) %}{% endfor %}
        {% if ('ignored_columns' if name == 'source_file' else 'corrupt_record') not in columns %}
            {{ exceptions.raise_compiler_error(
                "ods." ~ name ~ " is there already and was not made by this project. Rename or drop it, so that the raw files can be"
                ~ " read under this name."
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{# A relative path begins where Spark's driver was started: for a session, in the folder of the project. #}
{% macro absolute_path(path) %}
    {% set scheme = modules.re.match('[a-zA-Z0-9+.-]{2,}:(//[^/]*)?', path) %}
    {% set scheme = scheme.group(0) if scheme else '' %}
    {% set folder = path[scheme | length:] %}
    {% if not folder.startswith('/') %}
        {% set folder = run_query("select java_method('java.lang.System', 'getProperty', 'user.dir')").rows[0][0] ~ '/' ~ folder %}
    {% endif %}
    {% set parts = [] %}
    {% for part in folder.split('/') if part not in ['', '.'] %}
        {% if part == '..' %}{% do parts.pop() if parts %}{% else %}{% do parts.append(part) %}{% endif %}
    {% endfor %}
    {{ return(scheme ~ '/' ~ parts | join('/')) }}
{% endmacro %}


{% macro spark__file_facts(root, found) %}
    {% set facts = {} %}
    {% for file in found.files %}
        {% do facts.update({file: {'size': found.sizes[file]}}) %}
        {% if found.format == 'parquet' and found.sizes[file] %}
            {# What is no Parquet file stops here, with Spark's own words. #}
            {% set types = coupon_rfm.spark__parquet_columns(root ~ '/' ~ file) %}
            {% do facts[file].update({'is_whole': true, 'columns': types | list, 'types': types}) %}
        {% endif %}
    {% endfor %}
    {% if found.format == 'csv' and found.sizes.values() | sum %}
        {% for file, line, encoding, holds in coupon_rfm.spark__first_lines(root, found) %}
            {% do facts[file[root | length + 1:]].update({'first_line': line, 'encoding': encoding, 'holds': holds}) %}
        {% endfor %}
        {% for file in found.files if found.sizes[file] and facts[file].encoding is not defined %}
            {{ exceptions.raise_compiler_error(root ~ '/' ~ file ~ ' was listed, but Spark reads no line of it.') }}
        {% endfor %}
    {% endif %}
    {{ return(facts) }}
{% endmacro %}


{#
    The first line of every CSV file, if it is UTF-8, and what its bytes are, in the words of scripts/coupon_rfm/raw_files.py. Read as
    ISO-8859-1 a byte is a character, so that patterns can tell the bytes apart. Over a passing table, because a temporary view
    would hide _metadata.
#}
{% macro spark__first_lines(root, found) %}
    {% do run_query('create schema if not exists ods') %}
    {% do run_query('drop table if exists ods.coupon_rfm_header') %}
    {% do run_query('create table ods.coupon_rfm_header (value string) using text ' ~ coupon_rfm.spark__file_options(root, found.files)) %}
    {% set first_lines %}
        select
            file,
            case when is_valid_utf8(line) then line end as line,
            case
                when
                    bytes rlike r'^(?:\xFF\xFE|\xFE\xFF)'
                    or (length(bytes) - length(replace(bytes, char(0), ''))) * 20 > length(bytes)
                    then 'UTF-16'
                when is_valid_utf8(line) then 'UTF-8'
                when
                    bytes rlike r'^(?:[\x00-\x7F]|[\x81-\xFE](?:[\x40-\x7E\x80-\xFE]|[0-9][\x81-\xFE][0-9]))*+\z'
                    then 'GB18030'
                else ''
            end as encoding,
            case
                when startswith(bytes, 'PAR1') then 'Parquet'
                when startswith(bytes, 'PK' || char(3) || char(4)) then 'an Excel workbook or a zip archive'
                when hex(substr(line_bytes, 1, 4)) = 'D0CF11E0' then 'an old Excel workbook'
                when hex(substr(line_bytes, 1, 2)) = '1F8B' then 'a gzip archive'
                else ''
            end as holds
        from (
            select file, line, cast(line as binary) as line_bytes, decode(cast(line as binary), 'ISO-8859-1') as bytes
            from (
                select file, min_by(line, line_order) as line
                from ({{ coupon_rfm.spark__lines('ods.coupon_rfm_header', root, found.files) }})
                where block = 0
                group by file
            )
        )
    {% endset %}
    {% set rows = run_query(first_lines).rows %}
    {% do run_query('drop table ods.coupon_rfm_header') %}
    {{ return(rows) }}
{% endmacro %}


{% macro spark__parquet_columns(file) %}
    {% set types = {} %}
    {% for row in run_query('describe query select * from parquet.`' ~ file | replace('`', '``') ~ '`').rows %}
        {% do types.update({row[0]: row[1]}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}


{# Makes the tables over the files as well. #}
{% macro spark__source_selects(root, table, groups) %}
    {% for row in run_query('show tables in ods like ' ~ coupon_rfm.text_literal(table.name ~ '_file_*')).rows %}
        {% do run_query('drop table ods.' ~ row[1]) %}
    {% endfor %}
    {% set selects = [] %}
    {% for group in groups %}
        {% set files = 'ods.' ~ table.name ~ '_file_' ~ loop.index %}
        {% if group.format == 'csv' %}
            {% set columns = '(value string) using text ' %}
            {% do selects.append(coupon_rfm.spark__csv_rows(root, table, group, files)) %}
        {% else %}
            {% set typed = [] %}
            {% for column in group.columns if column in table.columns %}
                {% do typed.append(column ~ ' ' ~ group.types[column]) %}
            {% endfor %}
            {% set columns = '(' ~ typed | join(', ') ~ ') using parquet ' %}
            {% do selects.append(coupon_rfm.spark__parquet_rows(root, table, group, files)) %}
        {% endif %}
        {% do run_query('create table ' ~ files ~ ' ' ~ columns ~ coupon_rfm.spark__file_options(root, group.files)) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{#
    Options of a file source: one file of the raw folder, or the table's folder. Other files there are not opened, because every query
    says which files it is about (spark__is_in_files).
#}
{% macro spark__file_options(root, files) -%}
    {%- set parts = files[0].split('/') -%}
    options (
        {%- if parts | length > 1 %}
        path {{ coupon_rfm.text_literal(root ~ '/' ~ parts[0]) }},
        {%- else %}
        path {{ coupon_rfm.text_literal(root) }}, pathGlobFilter {{ coupon_rfm.text_literal(parts[0]) }},
        {%- endif %}
        recursiveFileLookup 'true'
    )
{%- endmacro %}


{# As duckdb__csv_rows. Every line has its number here, and the first of a file is its header. #}
{% macro spark__csv_rows(root, table, group, files) -%}
select
    {%- for column in table.columns %}
    {% if column in group.columns -%}
    nullif(get(fields, {{ group.columns.index(column) }}), '') as {{ column }},
    {%- else -%}
    cast(null as string) as {{ column }},
    {%- endif %}
    {%- endfor %}
    {{ coupon_rfm.source_file_columns('file', root) }},
    case when fields is null then source_line end as source_line,
    case when fields is null then {{ coupon_rfm.spark__readable_text('line') }} end as corrupt_record
from (
    select
        file,
        source_line,
        line,
        case
            when size(cut_fields) between {{ group.columns | length - group.optional_at_end }} and {{ group.columns | length }}
                then cut_fields
        end as fields
    from (
        select
            file,
            source_line,
            line,
            case
                when is_valid_utf8(line) and octet_length(line) <= {{ coupon_rfm.longest_line() }}
                    then {{ coupon_rfm.spark__csv_fields('line') }}
            end as cut_fields
        from ({{ coupon_rfm.spark__numbered_lines(files, root, group.files) }})
        where
            source_line > 1
            and ({{ coupon_rfm.trim_characters('line', coupon_rfm.blank_characters()) }} <> '' or not is_valid_utf8(line))
    )
)
{%- endmacro %}


{# As duckdb__parquet_rows; timestamp is Spark's word for an instant. #}
{% macro spark__parquet_rows(root, table, group, files) -%}
select
    {%- for column in table.columns %}
    {% if column not in group.columns -%}
    cast(null as string) as {{ column }},
    {%- elif group.types[column] == 'timestamp' -%}
    date_format({{ column }}, "yyyy-MM-dd HH:mm:ss.SSSSSS'+00:00'") as {{ column }},
    {%- elif group.types[column] in ['double', 'float'] -%}
    {{ coupon_rfm.float_text(column) }} as {{ column }},
    {%- elif group.types[column] == 'binary' -%}
    nullif({{ coupon_rfm.spark__text_of_bytes(column) }}, '') as {{ column }},
    {%- else -%}
    nullif(cast({{ column }} as string), '') as {{ column }},
    {%- endif %}
    {%- endfor %}
    {{ coupon_rfm.source_file_columns(coupon_rfm.spark__file_path(), root) }},
    _metadata.row_index + 1 as source_line,
    cast(null as string) as corrupt_record
from {{ files }}
where {{ coupon_rfm.spark__is_in_files(root, group.files) }}
{%- endmacro %}


{# As duckdb__text_of_bytes. #}
{% macro spark__text_of_bytes(bytes) -%}
    case
        when is_valid_utf8(cast({{ bytes }} as string)) then cast({{ bytes }} as string)
        else regexp_replace(decode({{ bytes }}, 'ISO-8859-1'), r'[^\x00-\x7F]', '?')
    end
{%- endmacro %}


{#
    The lines of files with their number: (file, line, source_line). A file is read in blocks, each by one task and in order, so
    a line's number is its place in its block and the lines of the blocks before. The files are read twice for it, once only to
    count. Should the blocks of the two readings differ (spark.sql.files.minPartitionNum keeps them from following the number of
    live executors), the query stops instead of telling wrong numbers.
#}
{% macro spark__numbered_lines(files, root, only_files) -%}
    select /*+ broadcast(blocks) */
        lines.file,
        lines.line,
        lines.line_order - blocks.first_order + 1 + coalesce(
            blocks.lines_before, raise_error('The blocks of a file changed while it was read; run the build again.')
        ) as source_line
    from ({{ coupon_rfm.spark__lines(files, root, only_files) }}) as lines
    left join (
        select
            file,
            block,
            min(line_order) as first_order,
            sum(count(*)) over (partition by file order by block) - count(*) as lines_before
        from ({{ coupon_rfm.spark__lines(files, root, only_files) }})
        group by file, block
    ) as blocks
        on lines.file = blocks.file and lines.block = blocks.block
{%- endmacro %}


{% macro spark__lines(files, root, only_files) -%}
    select
        {{ coupon_rfm.spark__file_path() }} as file,
        _metadata.file_block_start as block,
        value as line,
        monotonically_increasing_id() as line_order
    from {{ files }}
    where {{ coupon_rfm.spark__is_in_files(root, only_files) }}
{%- endmacro %}


{#
    Other files of the folder, such as those of other groups or newly come ones, are not opened: Spark prunes them by such a
    condition.
#}
{% macro spark__is_in_files(root, files) -%}
    {{ coupon_rfm.spark__file_path() }} in (
    {%- for file in files %}{{ coupon_rfm.text_literal(root ~ '/' ~ file) }}{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}


{# The path of the file of a row; Spark gives it as a URL. #}
{% macro spark__file_path() -%}
    case
        when instr(_metadata.file_path, '%') > 0 then url_decode(replace(_metadata.file_path, '+', '%2B'))
        else _metadata.file_path
    end
{%- endmacro %}


{#
    As duckdb__csv_fields. The quantifiers are possessive: the language is the same, but Java's matcher would otherwise need a
    stack as deep as the field has quotes.
#}
{% macro spark__csv_fields(line) -%}
    {%- set field = coupon_rfm.csv_field_pattern() | replace(')*"', ')*+"') -%}
    case
        when instr({{ line }}, '"') = 0 then split({{ line }}, ',', -1)
        when ',' || {{ line }} rlike r'^(?:{{ field | replace('("', '(?:"') }})++\z'
            then transform(
                regexp_extract_all(',' || {{ line }}, r'{{ field }}', 1),
                f -> case when startswith(f, '"') then replace(substr(f, 2, length(f) - 2), '""', '"') else f end
            )
    end
{%- endmacro %}


{#
    A line that may not be UTF-8 as text, as DuckDB tells it: ? for each byte that is part of no character. A leading byte takes
    the bytes that it announces with it, up to and with the first that does not follow; one of four not
    where the line ends before the third.
    Read as ISO-8859-1 a byte is a character, so that patterns can tell the bytes apart.
#}
{% macro spark__readable_text(line) -%}
    {%- set byte, next = '[\\x00-\\xFF]', '[\\x80-\\xBF]' -%}
    {%- set valid = '[\\x00-\\x7F]+|[\\xC2-\\xDF]' ~ next ~ '|\\xE0[\\xA0-\\xBF]' ~ next ~ '|[\\xE1-\\xEC\\xEE\\xEF]' ~ next ~ '{2}'
        ~ '|\\xED[\\x80-\\x9F]' ~ next ~ '|\\xF0[\\x90-\\xBF]' ~ next ~ '{2}|[\\xF1-\\xF3]' ~ next ~ '{3}'
        ~ '|\\xF4[\\x80-\\x8F]' ~ next ~ '{2}' -%}
    {%- set invalid = '[\\xC0-\\xDF]' ~ byte ~ '?|[\\xE0-\\xEF]' ~ next ~ '?' ~ byte ~ '?'
        ~ '|[\\xF0-\\xF7](?=' ~ byte ~ '{2})' ~ next ~ '{0,2}' ~ byte ~ '?|' ~ byte -%}
    case
        when is_valid_utf8({{ line }}) then {{ line }}
        else decode(encode(array_join(
            transform(
                regexp_extract_all(decode(cast({{ line }} as binary), 'ISO-8859-1'), r'{{ valid }}|{{ invalid }}', 0),
                c -> case when c rlike r'^(?:{{ valid }})\z' then c else repeat('?', length(c)) end
            ), ''
        ), 'ISO-8859-1'), 'UTF-8')
    end
{%- endmacro %}


{# Nothing is left to do: the lines that are not UTF-8 are among those that are read, and every line has its number. #}
{% macro spark__keep_unreadable_lines(relation) %}
{% endmacro %}


{# Every ods model is a table here, which stays. #}
{% macro spark__missing_raw_tables() %}
    {{ return([]) }}
{% endmacro %}


{% macro spark__open_raw_views(tables) %}
{% endmacro %}


{% macro spark__close_raw_views() %}
{% endmacro %}


{% macro spark__require_unchanged_files() %}
{% endmacro %}
