{#
    On run start, when an ods model is selected: finds the raw files, checks that each table, file and column is as
    docs/rules.md section 1 wants it, and makes each source a relation ods.<table>: the columns of the sources YAML as text,
    found by header name, with source_file, source_batch, source_line and corrupt_record. All checks come before the first
    change, so that a bad file leaves the warehouse as it was.
#}
{% macro register_sources() %}
    {% if execute and 'model.coupon_rfm.ods_' in selected_resources | join(' ') %}
        {{ return(adapter.dispatch('register_sources', 'coupon_rfm')()) }}
    {% endif %}
{% endmacro %}


{% macro duckdb__register_sources() %}
    {% set root = coupon_rfm.ods_path() %}
    {% set relations = [] %}
    {% set file_rows = [] %}
    {% for table in coupon_rfm.raw_tables() %}
        {% set files = coupon_rfm.find_raw_files(root, table) %}
        {% set groups = coupon_rfm.group_files_by_columns(files, table) %}
        {% set selects = [] %}
        {% for group in groups %}
            {% do selects.append(coupon_rfm.raw_rows(root, table, group)) %}
            {% for file in group.files %}
                {% do file_rows.append((table.name, file[root | length + 1:], group.format, group.unknown_columns | join(', '))) %}
            {% endfor %}
        {% endfor %}
        {% if not files %}
            {% do selects.append(coupon_rfm.no_raw_rows(table)) %}
            {% do file_rows.append((table.name, none, none, '')) %}
        {% endif %}
        {% do relations.append((table.name, selects | join('\nunion all\n'))) %}
    {% endfor %}

    {% do run_query('create schema if not exists ods') %}
    {% for name, select_statement in relations %}
        {% do run_query('create or replace view ods.' ~ name ~ ' as\n' ~ select_statement) %}
    {% endfor %}
    {% set rows = [] %}
    {% for row in file_rows %}
        {% set cells = [] %}
        {% for cell in row %}{% do cells.append(coupon_rfm.text_literal(cell)) %}{% endfor %}
        {% do rows.append('(' ~ cells | join(', ') ~ ')') %}
    {% endfor %}
    {% do run_query(
        'create or replace view ods.source_file as\nselect * from (values\n    ' ~ rows | join(',\n    ')
        ~ '\n) as files (source_table, source_file, file_format, ignored_columns)'
    ) %}
{% endmacro %}
