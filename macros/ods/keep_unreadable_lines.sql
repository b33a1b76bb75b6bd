{#
    Post-hook of every ods model, in its transaction: adds the lines that are not UTF-8, and tells the line number of every
    unreadable line. Only files with such lines are read a second time, line by line in order.
#}
{% macro keep_unreadable_lines(relation) %}
    {% if execute %}
        {{ return(adapter.dispatch('keep_unreadable_lines', 'coupon_rfm')(relation)) }}
    {% endif %}
{% endmacro %}


{% macro duckdb__keep_unreadable_lines(relation) %}
    {% set raw_table = relation.identifier[4:] %}
    {% set reject_table = raw_table ~ '_reject' %}
    {% set has_rejects = run_query(
        "select 1 from duckdb_tables() where temporary and table_name = '" ~ reject_table ~ "'"
    ).rows %}
    {% if has_rejects %}
        {% set root = coupon_rfm.ods_path() %}
        {% do run_query(
            'insert into ' ~ relation ~ ' (source_file, source_batch, source_line, corrupt_record)\n'
            ~ 'select distinct ' ~ coupon_rfm.source_file_columns('scans.file_path', root) ~ ', rejects.line, rejects.csv_line\n'
            ~ 'from ' ~ reject_table ~ ' as rejects\n'
            ~ 'inner join ' ~ raw_table ~ '_scan as scans using (scan_id, file_id)'
        ) %}
        {# The tables belong to the connection, which the next run of the same process may use again. #}
        {% do run_query('drop table ' ~ reject_table) %}
        {% do run_query('drop table ' ~ raw_table ~ '_scan') %}
        {% set files = run_query(
            'select distinct source_file from ' ~ relation ~ ' where corrupt_record is not null and source_line is null'
        ).rows %}
        {% for row in files %}
            {% do coupon_rfm.number_unreadable_lines(relation, root, row[0]) %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{# Lines that are not UTF-8 are not among the numbered ones: their own numbers say how many of them stand before a line. #}
{% macro number_unreadable_lines(relation, root, source_file) %}
    {% set of_file = 'source_file = ' ~ coupon_rfm.text_literal(source_file) %}
    {% do run_query('
        create or replace temporary table unreadable_line as
        with
        numbered as (
            select line, row_number() over () as line_order
            from ' ~ coupon_rfm.csv_lines([root ~ '/' ~ source_file], skip=0) ~ '
        ),
        corrupt as (
            select distinct corrupt_record
            from ' ~ relation ~ '
            where ' ~ of_file ~ ' and source_line is null and corrupt_record is not null
        ),
        missed as (
            select source_line, row_number() over (order by source_line) as missed_order
            from ' ~ relation ~ '
            where ' ~ of_file ~ ' and source_line is not null
        )
        select
            numbered.line,
            numbered.line_order + (
                select count(*) from missed where missed.source_line - missed.missed_order < numbered.line_order
            ) as source_line
        from numbered
        inner join corrupt on numbered.line = corrupt.corrupt_record
        where numbered.line_order > 1
    ') %}
    {% do run_query('
        insert into ' ~ relation ~ ' (source_file, source_batch, source_line, corrupt_record)
        select ' ~ coupon_rfm.text_literal(source_file) ~ ', '
        ~ "regexp_extract(" ~ coupon_rfm.text_literal(source_file) ~ ", 'dt=([0-9]{4}-[0-9]{2}-[0-9]{2})', 1), "
        ~ 'source_line, line from unreadable_line
    ') %}
    {% do run_query(
        'delete from ' ~ relation ~ ' where ' ~ of_file ~ ' and source_line is null and corrupt_record is not null'
    ) %}
    {% do run_query('drop table unreadable_line') %}
{% endmacro %}
