{#
    Groups the files of a raw table by their columns, because files of one table may differ in column order: a list of
    {format, columns, unknown_columns, files}. Stops on an empty file, a missing column and a column named twice.
#}
{% macro group_files_by_columns(files, table) %}
    {% set groups = {} %}
    {% set columns_of = coupon_rfm.columns_of_files(files) %}
    {% for file in files %}
        {% set format = file.rsplit('.', 1)[1] %}
        {% set columns = columns_of[file] %}
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
            'unknown_columns': columns | reject('in', table.columns) | select | list,
        }) %}
        {% do group.files.append(file) %}
    {% endfor %}
    {{ return(groups.values() | list) }}
{% endmacro %}


{# The columns of every file, by its path. Hundreds of headers are read by one query: a batch a day soon makes that many. #}
{% macro columns_of_files(files) %}
    {% set columns_of = {} %}
    {% for file in files if file.endswith('.parquet') %}
        {% do columns_of.update({file: coupon_rfm.parquet_columns(file)}) %}
    {% endfor %}
    {% set csv_files = files | reject('in', columns_of) | list %}
    {% for some_files in csv_files | batch(200) %}
        {% set selects = [] %}
        {% for file in some_files %}
            {% do selects.append(
                '(select ' ~ coupon_rfm.text_literal(file) ~ ' as file, line from '
                ~ coupon_rfm.csv_lines([file], skip=0, in_order=true) ~ ' limit 1)'
            ) %}
        {% endfor %}
        {% for row in run_query(selects | join('\nunion all\n')).rows %}
            {% do columns_of.update({row[0]: coupon_rfm.header_columns(row[1])}) %}
        {% endfor %}
    {% endfor %}
    {% for file in files if not columns_of.get(file) %}
        {{ exceptions.raise_compiler_error(
            "The file " ~ file ~ " is empty: not even a header is in it. Export it again, or remove it."
        ) }}
    {% endfor %}
    {{ return(columns_of) }}
{% endmacro %}


{% macro header_columns(line) %}
    {% set columns = [] %}
    {% if (line or '').strip() %}
        {% for field in modules.re.findall(coupon_rfm.csv_field_pattern(), ',' ~ line.lstrip('\ufeff')) %}
            {% do columns.append(field.strip(' \t\r"\u00a0\u3000\ufeff')) %}
        {% endfor %}
    {% endif %}
    {{ return(columns) }}
{% endmacro %}


{% macro parquet_columns(file) %}
    {% set columns = [] %}
    {% for row in run_query('describe select * from read_parquet(' ~ coupon_rfm.text_literal(file) ~ ', hive_partitioning = false)').rows %}
        {% do columns.append(row[0]) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
