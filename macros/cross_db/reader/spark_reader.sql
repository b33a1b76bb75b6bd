{#
    Spark's side of the reader: per group of files a table ods.<table>_file_<n> over the text or parquet source, and the view
    ods.<table> on them. Everything goes through SQL, so that it works behind a Thrift Server and on any file system.
#}

{% macro spark__list_raw_folder(path, tables) %}
    {% set path = coupon_rfm.absolute_path(path) %}
    {% do run_query(
        'create or replace temporary view coupon_rfm_raw_file using binaryFile options (path '
        ~ coupon_rfm.text_literal(path) ~ ", recursiveFileLookup 'true', pathGlobFilter '*.{csv,parquet}')"
    ) %}
    {% set files = [] %}
    {% for row in run_query('select path from coupon_rfm_raw_file order by path').rows %}
        {% do files.append(row[0]) %}
    {% endfor %}
    {# A file is listed as hdfs://host/data/x.csv where the folder was given as /data: its own beginning is the root's. #}
    {% set file_system = modules.re.match('[a-zA-Z0-9+.-]+:(//[^/]*)?', files[0] if files else '') %}
    {% set folder = modules.re.sub('^[a-zA-Z0-9+.-]+:(//[^/]*)?', '', path) %}
    {% set root = (file_system.group(0) if file_system else '') ~ folder %}
    {% for file in files if not file.startswith(root ~ '/') %}
        {{ exceptions.raise_compiler_error("ods_path is " ~ path ~ ", but its files are listed as " ~ file ~ ". Write it the same way.") }}
    {% endfor %}
    {{ return({'root': root, 'files': files}) }}
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


{# A passing table, because a temporary view would hide _metadata. #}
{% macro spark__first_lines(found) %}
    {% do run_query('create schema if not exists ods') %}
    {% do run_query('drop table if exists ods.coupon_rfm_header') %}
    {% do run_query('create table ods.coupon_rfm_header (value string) using text ' ~ coupon_rfm.spark__file_options(found)) %}
    {% set first_lines = {} %}
    {% for row in run_query(
        'select file, min_by(line, line_order) as line from (' ~ coupon_rfm.spark__lines('ods.coupon_rfm_header')
        ~ ') where block = 0 group by file'
    ).rows %}
        {% do first_lines.update({row[0]: row[1]}) %}
    {% endfor %}
    {% do run_query('drop table ods.coupon_rfm_header') %}
    {{ return(first_lines) }}
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
        {% do run_query('create table ' ~ files ~ ' ' ~ columns ~ coupon_rfm.spark__file_options(group)) %}
    {% endfor %}
    {{ return(selects) }}
{% endmacro %}


{# Options of a file source: the files of a folder, at any depth, by their name. #}
{% macro spark__file_options(found) -%}
    options (
        path {{ coupon_rfm.text_literal(found.folder) }}, recursiveFileLookup 'true',
        pathGlobFilter {{ coupon_rfm.text_literal(found.name) }}
    )
{%- endmacro %}


{# As duckdb__csv_rows. Every line has its number here, and the first of a file is its header. #}
{% macro spark__csv_rows(root, table, group, files) -%}
select
    {%- for column in table.columns %}
    {% if column in group.columns -%}
    nullif(fields[{{ group.columns.index(column) }}], '') as {{ column }},
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
        case when size(cut_fields) = {{ group.columns | length }} then cut_fields end as fields
    from (
        select
            file,
            source_line,
            line,
            case when is_valid_utf8(line) then {{ coupon_rfm.spark__csv_fields('line') }} end as cut_fields
        from ({{ coupon_rfm.spark__numbered_lines(files, group.files) }})
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
    {%- else -%}
    nullif(cast({{ column }} as string), '') as {{ column }},
    {%- endif %}
    {%- endfor %}
    {{ coupon_rfm.source_file_columns(coupon_rfm.spark__file_path(), root) }},
    _metadata.row_index + 1 as source_line,
    cast(null as string) as corrupt_record
from {{ files }}
where {{ coupon_rfm.spark__is_in_files(group.files) }}
{%- endmacro %}


{#
    The lines of files with their number: (file, line, source_line). A file is read in blocks, each by one task and in order, so
    a line's number is its place in its block and the lines of the blocks before. The files are read twice for it, once only to
    count. Should the blocks of the two readings differ (spark.sql.files.minPartitionNum keeps them from following the number of
    live executors), the query stops instead of telling wrong numbers.
#}
{% macro spark__numbered_lines(files, only_files) -%}
    select /*+ broadcast(blocks) */
        lines.file,
        lines.line,
        lines.line_order - blocks.first_order + 1 + coalesce(
            blocks.lines_before, raise_error('The blocks of a file changed while it was read; run the build again.')
        ) as source_line
    from ({{ coupon_rfm.spark__lines(files, only_files) }}) as lines
    left join (
        select
            file,
            block,
            min(line_order) as first_order,
            sum(count(*)) over (partition by file order by block) - count(*) as lines_before
        from ({{ coupon_rfm.spark__lines(files, only_files) }})
        group by file, block
    ) as blocks
        on lines.file = blocks.file and lines.block = blocks.block
{%- endmacro %}


{% macro spark__lines(files, only_files=none) -%}
    select
        {{ coupon_rfm.spark__file_path() }} as file,
        _metadata.file_block_start as block,
        value as line,
        monotonically_increasing_id() as line_order
    from {{ files }}
    {%- if only_files %}
    where {{ coupon_rfm.spark__is_in_files(only_files) }}
    {%- endif %}
{%- endmacro %}


{#
    Other files of the folder, such as those of other groups or newly come ones, are not opened: Spark prunes them by such a
    condition.
#}
{% macro spark__is_in_files(files) -%}
    {{ coupon_rfm.spark__file_path() }} in (
    {%- for file in files %}{{ coupon_rfm.text_literal(file) }}{{ ', ' if not loop.last }}{% endfor -%}
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
