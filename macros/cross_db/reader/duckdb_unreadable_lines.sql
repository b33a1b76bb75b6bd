{#
    DuckDB's side of keep_unreadable_lines. Only files with such lines are read a second time, in order.
#}
{% macro duckdb__keep_unreadable_lines(relation) %}
    {% set rejects = relation.identifier[4:] %}
    {% set was_read_as_csv = run_query(
        "select 1 from duckdb_tables() where temporary and table_name = '" ~ rejects ~ "_reject'"
    ).rows %}
    {% if was_read_as_csv %}
        {% set root = coupon_rfm.ods_path() %}
        {% set add_rejected_lines %}
            insert into {{ relation }} (source_file, source_batch, corrupt_record)
            select source_file, source_batch, {{ coupon_rfm.duckdb__rejected_text('csv_line') }}
            from (
                select distinct
                    {{ coupon_rfm.source_file_columns("replace(scans.file_path, '\\', '/')", root) }},
                    rejects.line_byte_position,
                    rejects.csv_line
                from {{ rejects }}_reject as rejects
                inner join {{ rejects }}_scan as scans using (scan_id, file_id)
            )
        {% endset %}
        {% do run_query(add_rejected_lines) %}
        {% do coupon_rfm.drop_rejects(rejects) %}
        {% set files_with_unreadable_lines %}
            select source_file, source_batch, max(strlen(corrupt_record))
            from {{ relation }}
            where corrupt_record is not null
            group by all
        {% endset %}
        {% for source_file, source_batch, longest_line in run_query(files_with_unreadable_lines).rows %}
            {% do coupon_rfm.number_unreadable_lines(relation, root, source_file, source_batch, longest_line) %}
        {% endfor %}
    {% endif %}
    {% if rejects != 'source_file' and not flags.EMPTY %}
        {% do coupon_rfm.require_every_line(relation, rejects) %}
    {% endif %}
{% endmacro %}


{# Stops where the rows of a table are not, file by file, the lines that were counted in the bytes of its files. #}
{% macro require_every_line(relation, source_table) %}
    {% set differing_files %}
        select coalesce(files.source_file, found.source_file), coalesce(files.line_count, 0), coalesce(found.row_count, 0)
        from (
            select source_file, line_count
            from raw_files.ods.source_file
            where source_table = '{{ source_table }}' and source_file is not null
        ) as files
        full outer join (select source_file, count(*) as row_count from {{ relation }} group by source_file) as found
            on files.source_file = found.source_file
        where coalesce(files.line_count, 0) <> coalesce(found.row_count, 0) or files.source_file is null
        order by 1
    {% endset %}
    {% set differences = [] %}
    {% for row in run_query(differing_files).rows %}
        {% do differences.append(row[0] ~ ' has ' ~ row[1] ~ ' lines of data, but ' ~ row[2] ~ ' were read') %}
    {% endfor %}
    {% if differences %}
        {{ exceptions.raise_compiler_error(
            differences[:5] | join('; ') ~ '. If the files were changed while they were read, run the build again; else remove what is'
            ~ ' odd in them (very long lines, bytes that are no text) and report it.'
        ) }}
    {% endif %}
{% endmacro %}


{#
    Gives the unreadable lines of one file their numbers. Lines that are not UTF-8 are not among those that are read: their own
    numbers say how many of them stand before a line. Where the second reading finds other lines than the first (a CR alone
    ends a line for one only), the numbers stay NULL, so that no line is lost.
#}
{% macro number_unreadable_lines(relation, root, source_file, source_batch, longest_line) %}
    {% set lines = coupon_rfm.csv_lines(root, [source_file], skip=0, rejects='numbered', longest_line=longest_line, in_order=true) %}
    {% set of_file %}source_file = {{ coupon_rfm.text_literal(source_file) }} and corrupt_record is not null{% endset %}
    {% set create_numbered_line %}
        create or replace temporary table numbered_line as
        select
            numbered.line,
            numbered.line_order
        from (select rtrim(line, chr(13)) as line, row_number() over () as line_order from {{ lines }}) as numbered
        where
            numbered.line_order > 1
            and numbered.line in (select corrupt_record from {{ relation }} where {{ of_file }})
    {% endset %}
    {% set create_unreadable_line %}
        create or replace temporary table unreadable_line as
        with
        missed as (
            select line, csv_line, row_number() over (order by line) as missed_order
            from (select distinct line, {{ coupon_rfm.duckdb__rejected_text('csv_line') }} as csv_line from numbered_reject)
        )
        select
            numbered_line.line,
            numbered_line.line_order + count(missed.line) as source_line
        from numbered_line
        left join missed
            on missed.line - missed.missed_order < numbered_line.line_order
        group by numbered_line.line, numbered_line.line_order
        union all
        select csv_line, line
        from missed
    {% endset %}
    {% set count_both_readings %}
        select (select count(*) from unreadable_line), (select count(*) from {{ relation }} where {{ of_file }})
    {% endset %}
    {% set write_numbered_lines %}
        insert into {{ relation }} (source_file, source_batch, source_line, corrupt_record)
        select {{ coupon_rfm.text_literal(source_file) }}, {{ coupon_rfm.text_literal(source_batch) }}, source_line, line
        from unreadable_line
    {% endset %}
    {% do run_query(create_numbered_line) %}
    {% do run_query(create_unreadable_line) %}
    {% set counts = run_query(count_both_readings).rows[0] %}
    {% if counts[0] == counts[1] %}
        {% do run_query('delete from ' ~ relation ~ ' where ' ~ of_file) %}
        {% do run_query(write_numbered_lines) %}
    {% endif %}
    {% do run_query('drop table numbered_line') %}
    {% do run_query('drop table unreadable_line') %}
    {% do coupon_rfm.drop_rejects('numbered') %}
{% endmacro %}


{# The text of a rejected line; now and then DuckDB gives it with the end of the line before. #}
{% macro duckdb__rejected_text(line) -%}
    trim({{ line }}, chr(10) || chr(13))
{%- endmacro %}
