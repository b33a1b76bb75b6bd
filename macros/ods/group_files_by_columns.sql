{#
    Groups the files of a raw table by their columns, because files of one table may differ in column order: a list of
    {format, columns, unknown_columns, files}. Stops on an empty file, a missing column and a column named twice.
#}
{% macro group_files_by_columns(files, table) %}
    {% set groups = {} %}
    {% for file in files %}
        {% set format = file.rsplit('.', 1)[1] %}
        {% set columns = coupon_rfm.csv_columns(file) if format == 'csv' else coupon_rfm.parquet_columns(file) %}
        {% for column in table.required_columns if column not in columns %}
            {{ exceptions.raise_compiler_error(
                "The column " ~ column ~ " is missing in " ~ file ~ ", whose header is: " ~ columns | join(', ')
                ~ ". Add the column, or correct its name in the header."
            ) }}
        {% endfor %}
        {% for column in table.columns if columns.count(column) > 1 %}
            {{ exceptions.raise_compiler_error(
                "The column " ~ column ~ " stands " ~ columns.count(column) ~ " times in the header of " ~ file
                ~ ". Remove or rename the surplus one."
            ) }}
        {% endfor %}
        {% set group = groups.setdefault(columns | tojson, {
            'format': format, 'columns': columns, 'files': [],
            'unknown_columns': columns | reject('in', table.columns) | list,
        }) %}
        {% do group.files.append(file) %}
    {% endfor %}
    {{ return(groups.values() | list) }}
{% endmacro %}


{% macro csv_columns(file) %}
    {% set lines = coupon_rfm.csv_lines([file], skip=0, rejects='header', in_order=true) %}
    {% set rows = run_query('select line from ' ~ lines ~ ' limit 1').rows %}
    {% do coupon_rfm.drop_rejects('header') %}
    {% if not rows or not (rows[0][0] or '').strip() %}
        {{ exceptions.raise_compiler_error(
            "The file " ~ file ~ " is empty: not even a header is in it. Export it again, or remove it."
        ) }}
    {% endif %}
    {% set columns = [] %}
    {% for field in rows[0][0].lstrip('\ufeff').split(',') %}
        {% do columns.append(field.strip(' \t\r"\u00a0\u3000\ufeff')) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}


{% macro parquet_columns(file) %}
    {% set columns = [] %}
    {% for row in run_query('describe select * from read_parquet(' ~ coupon_rfm.text_literal(file) ~ ')').rows %}
        {% do columns.append(row[0]) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
