{#
    Groups the files of a raw table by their columns, because files of one table may differ in column order: a list of
    {format, folder, name, columns, types, unknown_columns, files}; types only of Parquet. Stops on an empty file, a missing
    column and a column named twice.
#}
{% macro group_files_by_columns(found, table) %}
    {% set groups = {} %}
    {% set columns_of = coupon_rfm.columns_of_files(found) %}
    {% for file in found.files %}
        {% set columns = columns_of[file] | list %}
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
        {% set group = groups.setdefault(columns_of[file] | tojson, {
            'format': file.rsplit('.', 1)[1], 'folder': found.folder, 'name': found.name,
            'columns': columns, 'types': columns_of[file], 'files': [],
            'unknown_columns': columns | reject('in', table.columns) | select | list,
        }) %}
        {% do group.files.append(file) %}
    {% endfor %}
    {{ return(groups.values() | list) }}
{% endmacro %}


{# The columns of every file, by its path: of CSV a list of names, of Parquet the types by name. #}
{% macro columns_of_files(found) %}
    {% set columns_of = {} %}
    {% if found.name.endswith('.parquet') %}
        {% for file in found.files %}
            {% do columns_of.update({file: coupon_rfm.parquet_columns(file)}) %}
        {% endfor %}
    {% elif found.files %}
        {% for file, line in coupon_rfm.first_lines(found).items() %}
            {% do columns_of.update({file: coupon_rfm.header_columns(line)}) %}
        {% endfor %}
    {% endif %}
    {% for file in found.files if not columns_of.get(file) %}
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
