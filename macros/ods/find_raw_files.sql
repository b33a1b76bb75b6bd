{#
    The files of a raw table among those of the raw folder: {folder, name, files}, where name is <table>.csv for one file and
    *.csv for those at any depth of the folder <table>/. As Spark does, nothing is taken from files and folders whose name
    begins with _ or a dot: that is where unfinished files are.
#}
{% macro find_raw_files(root, table, files) %}
    {% set path = root ~ '/' ~ table.name %}
    {% set found = [] %}
    {% for format in ['csv', 'parquet'] %}
        {% set places = [
            {'folder': root, 'name': table.name ~ '.' ~ format, 'files': files | select('equalto', path ~ '.' ~ format) | list},
            {'folder': path, 'name': '*.' ~ format, 'files': []},
        ] %}
        {% for file in files if file.startswith(path ~ '/') and file.endswith('.' ~ format) %}
            {% if not modules.re.search('/[._]', file[path | length:]) %}{% do places[1].files.append(file) %}{% endif %}
        {% endfor %}
        {% do found.extend(places | selectattr('files')) %}
    {% endfor %}
    {% if found | length > 1 %}
        {% set examples = [] %}
        {% for place in found %}{% do examples.append(place.files[0]) %}{% endfor %}
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
    {{ return(found[0] if found else {'folder': path, 'name': '*.csv', 'files': []}) }}
{% endmacro %}
