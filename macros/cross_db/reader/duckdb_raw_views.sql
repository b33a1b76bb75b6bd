{#
    DuckDB's side of the views over Parquet files. The ods models of these are views, because the files are read as fast as a copy of
    them. They are there while a command runs and gone after it, so that the warehouse needs no raw file (docs/decisions/0011).
#}


{% macro duckdb__missing_raw_tables() %}
    {% set read = [] %}
    {% for id in selected_resources %}
        {# A unit test is no node of the graph, but named after its model, whose inputs must be there. #}
        {% set node = graph.nodes.get('model.coupon_rfm.' ~ id.split('.')[2] if id.startswith('unit_test.') else id, {}) %}
        {% for parent in node.get('depends_on', {}).get('nodes', []) if parent.startswith('model.coupon_rfm.ods_') %}
            {% if parent not in selected_resources %}{% do read.append(parent.split('.ods_')[1]) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% set kept_tables %}
        select table_name from information_schema.tables where table_catalog = current_database() and table_schema = 'ods'
    {% endset %}
    {% set kept = run_query(kept_tables).columns[0].values() %}
    {% set missing = [] %}
    {% for table in read | unique if 'ods_' ~ table not in kept %}{% do missing.append(table) %}{% endfor %}
    {{ return(missing) }}
{% endmacro %}


{% macro duckdb__open_raw_views(tables) %}
    {% for table in tables if table in coupon_rfm.tables_of_parquet() %}
        {% set relation = api.Relation.create(target.database, 'ods', 'ods_' ~ table, type='view') %}
        {% do run_query('create view ' ~ relation ~ ' as select * from raw_files.ods.' ~ table) %}
        {% do adapter.cache_added(relation) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb__close_raw_views() %}
    {% set views_over_files %}
        select view_name from duckdb_views()
        where database_name = current_database() and schema_name = 'ods' and contains(sql, 'raw_files')
    {% endset %}
    {% for row in run_query(views_over_files).rows %}
        {% do adapter.drop_relation(api.Relation.create(target.database, 'ods', row[0], type='view')) %}
    {% endfor %}
{% endmacro %}


{% macro duckdb__require_unchanged_files() %}
    {% if run_query("select 1 from duckdb_views() where database_name = 'raw_files' and view_name = 'source_file'").rows %}
        {% set version_of = {} %}
        {% for row in run_query('select source_file, version from raw_files.ods.source_file where version is not null').rows %}
            {% do version_of.update({row[0]: row[1]}) %}
        {% endfor %}
        {% set root = coupon_rfm.ods_path() %}
        {% set facts = coupon_rfm.ask_raw_files('read_raw_files', {'root': root, 'files': version_of | list}) %}
        {% for file, version in version_of.items() if facts[file].version != version %}
            {{ exceptions.raise_compiler_error(
                root ~ '/' ~ file ~ ' was changed while it was read, so that tables may contradict each other. Run the build again.'
            ) }}
        {% endfor %}
    {% endif %}
{% endmacro %}
