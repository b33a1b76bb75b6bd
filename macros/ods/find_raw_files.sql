{# The files of a raw table: <root>/<table>.csv, or .parquet, or those at any depth of the folder <root>/<table>/. #}
{% macro find_raw_files(root, table) %}
    {% set path = root ~ '/' ~ table.name %}
    {% set found = {} %}
    {% for format in ['csv', 'parquet'] %}
        {% for kind, pattern in [('file', path ~ '.' ~ format), ('folder', path ~ '/**/*.' ~ format)] %}
            {% set rows = run_query('select file from glob(' ~ coupon_rfm.text_literal(pattern) ~ ') order by file').rows %}
            {% set files = [] %}
            {% for row in rows %}{% do files.append(row[0] | replace('\\', '/')) %}{% endfor %}
            {% if files %}{% do found.update({kind ~ ' ' ~ format: files}) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% if found | length > 1 %}
        {% set examples = [] %}
        {% for files in found.values() %}{% do examples.append(files[0]) %}{% endfor %}
        {{ exceptions.raise_compiler_error(
            "The table " ~ table.name ~ " is there more than once: " ~ examples | join(' and ')
            ~ ". Keep one of them, so that no row counts twice."
        ) }}
    {% endif %}
    {% if not found and table.is_required %}
        {{ exceptions.raise_compiler_error(
            "The required file " ~ path ~ ".csv is missing (nor is there " ~ path ~ ".parquet, or a file in " ~ path
            ~ "/). Put it there, or point COUPON_RFM_ODS_PATH at the folder that has it."
        ) }}
    {% endif %}
    {{ return(found.values() | first if found else []) }}
{% endmacro %}
