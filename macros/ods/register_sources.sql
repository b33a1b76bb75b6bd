{#
    On run start of a command that reads ods models: finds the raw files, checks that each table, file and column is as
    docs/rules.md section 1 wants it, and makes each source a relation: the columns of the sources YAML as text, found by header
    name, with source_file, source_batch, source_line and corrupt_record. All checks come before the first change, so that a bad
    file leaves the warehouse as it was.

    A command that makes ods models registers all sources; one that only reads some, those whose view ended with the build.
#}
{% macro register_sources() %}
    {% if execute and flags.WHICH in ['build', 'run', 'retry', 'test'] %}
        {% do coupon_rfm.close_raw_views() %}
        {% set makes_ods = flags.WHICH != 'test' and 'model.coupon_rfm.ods_' in selected_resources | join(' ') %}
        {% set missing = coupon_rfm.missing_raw_tables() %}
        {% set tables = coupon_rfm.raw_tables() if makes_ods else coupon_rfm.raw_tables() | selectattr('name', 'in', missing) | list %}
    {% endif %}
    {% if tables %}
        {% set raw_folder = coupon_rfm.list_raw_folder(coupon_rfm.ods_path(), tables) %}
        {% set groups_of = {} %}
        {% set problems = [] %}
        {% for table in tables %}
            {% set found = coupon_rfm.find_raw_files(raw_folder, table, problems) %}
            {% do groups_of.update({table.name: coupon_rfm.group_files_by_columns(raw_folder.root, found, table, problems)}) %}
        {% endfor %}
        {% if problems %}
            {% set rest = '\nAnd ' ~ (problems | length - 20) ~ ' more.' if problems | length > 20 else '' %}
            {{ exceptions.raise_compiler_error(problems[:20] | join('\n') ~ rest) }}
        {% endif %}

        {% do coupon_rfm.prepare_sources(tables) %}
        {% set file_rows = [] %}
        {% for table in tables %}
            {% set groups = groups_of[table.name] %}
            {% do coupon_rfm.create_source(raw_folder.root, table, groups) %}
            {% for group in groups %}
                {% for file in group.files %}
                    {% do file_rows.append([
                        table.name, file, group.format, group.unknown_columns | join(', '), group.facts[file].line_count,
                        group.facts[file].get('version')
                    ]) %}
                {% endfor %}
            {% endfor %}
            {% if not groups %}{% do file_rows.append([table.name, none, none, '', none, none]) %}{% endif %}
        {% endfor %}
        {% do coupon_rfm.create_source_file(file_rows) %}
        {% do coupon_rfm.open_raw_views(missing) %}
    {% endif %}
{% endmacro %}


{# The source source_file: a row a file, and one for every optional table without a file. #}
{% macro create_source_file(file_rows) %}
    {% set rows = [] %}
    {% for row in file_rows %}
        {% set cells = [] %}
        {% for cell in row %}
            {% do cells.append(
                'cast(' ~ (cell if cell is number else 'null') ~ ' as bigint)' if loop.index == 5 else coupon_rfm.text_literal(cell)
            ) %}
        {% endfor %}
        {% do rows.append('(' ~ cells | join(', ') ~ ')') %}
    {% endfor %}
    {% set node = graph.sources['source.coupon_rfm.ods.source_file'] %}
    {% set create_view %}
        create or replace view {{ node.relation_name }} as
        select *
        from (
            values
                {{ rows | join(',\n                ') }}
        ) as files (source_table, source_file, file_format, ignored_columns, line_count, version)
    {% endset %}
    {% do run_query(create_view) %}
{% endmacro %}
