{#
    The files of a raw table among the entries of the raw folder: {format, files}, where files are paths below the root: one
    <table>.csv or <table>.parquet, or those at any depth of the folder <table>/. What has the name of the table and cannot be
    read is added to `problems`, as is a required table without a file. As Spark does, nothing is taken from files and folders
    whose name begins with _ or a dot: that is where unfinished files are.
#}
{% macro find_raw_files(raw_folder, table, problems) %}
    {% set places = {} %}
    {% set problem_count = problems | length %}
    {% for entry in raw_folder.entries %}
        {% set parts = entry.path.split('/') %}
        {% set ending = coupon_rfm.file_ending(parts[-1]) %}
        {% set is_own = parts[0] == table.name and not (parts | length == 1 and entry.kind == 'file')
            or entry.path | lower in [table.name ~ '.csv', table.name ~ '.csv.gz', table.name ~ '.parquet'] %}
        {% if is_own and parts[-1] | lower not in ['thumbs.db', 'desktop.ini'] and not parts[-1].startswith('~$') %}
            {% set problem = coupon_rfm.entry_problem(raw_folder.root, entry, ending, table) %}
            {% if problem %}
                {% do problems.append(problem) %}
            {% else %}
                {% set place = (parts[0] if parts | length > 1 else entry.path) ~ ' ' ~ ending %}
                {% do places.setdefault(place, {'format': ending, 'files': [], 'sizes': {}}).files.append(entry.path) %}
                {% do places[place].sizes.update({entry.path: entry.size}) %}
            {% endif %}
        {% elif not is_own and coupon_rfm.looks_like_a_table(parts[0], table) %}
            {% set problem = coupon_rfm.entry_problem(raw_folder.root, {'path': parts[0], 'kind': 'other'}, coupon_rfm.file_ending(parts[0]), table) %}
            {% if problem not in problems %}{% do problems.append(problem) %}{% endif %}
        {% endif %}
    {% endfor %}
    {% set found = places.values() | list %}
    {% if found | length > 1 %}
        {% set examples = [] %}
        {% for place in found %}{% do examples.append(raw_folder.root ~ '/' ~ place.files[0]) %}{% endfor %}
        {% do problems.append(
            "The table " ~ table.name ~ " is there more than once: " ~ examples | join(' and ')
            ~ ". Keep one of them, so that no row counts twice."
        ) %}
    {% endif %}
    {% if not found and table.is_required and problems | length == problem_count %}
        {% set path = raw_folder.root ~ '/' ~ table.name %}
        {% do problems.append(
            "The required file " ~ path ~ ".csv is missing (nor is there " ~ path ~ ".parquet, or a file in " ~ path
            ~ "/). Put it there, or point COUPON_RFM_ODS_PATH at the folder that has it."
        ) %}
    {% endif %}
    {{ return(found[0] if found else {'format': 'csv', 'files': [], 'sizes': {}}) }}
{% endmacro %}


{# What follows the last point of a name, in small letters; csv for .csv.gz, which both engines read. #}
{% macro file_ending(name) %}
    {% set name = name[:-3] if name.endswith('.gz') and (name | lower).endswith('.csv.gz') else name %}
    {{ return(name.rsplit('.', 1)[1] | lower if '.' in name else '') }}
{% endmacro %}


{# Whether a name in the raw folder, which is not that of a table, is likely meant as the table. #}
{% macro looks_like_a_table(name, table) %}
    {% set data = 'csv|tsv|txt|xls|xlsx|xlsm|xlsb|et|parquet|json|jsonl|orc|avro|gz|bz2|zst|xz|zip|rar|7z' %}
    {{ return(
        name | lower != table.name ~ '.md' and (name | lower).startswith(table.name) and modules.re.fullmatch(
            '|[^a-z0-9_].*|.*[.](' ~ data ~ ')([. (_-].*)?', name[table.name | length:] | lower, modules.re.S
        ) is not none
    ) }}
{% endmacro %}


{# Why an entry of the raw folder cannot be read as one of a table's files, and what to do; none if it can. #}
{% macro entry_problem(root, entry, ending, table) %}
    {% set path = root ~ '/' ~ entry.path %}
    {% set words = {
        'outside': "is a link that leads out of the raw folder. Put a copy in its place, or write follow_links: true if it is meant.",
        'broken link': "is a link that leads to nothing. Remove it, or put the file in its place.",
        'loop': "is a link that leads back to a folder around it. Remove it.",
        'denied': "may not be read by this user. Give the right to read it, or remove it.",
        'special': "is no file but a pipe, socket or device, and is not opened. Remove it, or write its content to a file.",
        'unnameable': "has a name that is not UTF-8, or has a backslash or control character in it. Rename it.",
    } %}
    {% if entry.kind == 'folder' %}
        {{ return(
            path ~ ' is a folder with the name of a file. Put its files into a folder ' ~ table.name ~ '/, or move it out of the way.'
        ) }}
    {% elif entry.kind in words %}
        {{ return(path ~ ' ' ~ words[entry.kind]) }}
    {% endif %}
    {% if entry.kind != 'file' or ending not in ['csv', 'parquet'] or '/' not in entry.path and not entry.path.startswith(table.name) %}
        {% set remedy = 'Unpack it' if ending in ['gz', 'bz2', 'zst', 'xz', 'zip', 'rar', '7z']
            else 'Save it as CSV UTF-8' if ending in ['xls', 'xlsx', 'xlsm', 'xlsb', 'et', 'txt', 'tsv']
            else 'Rename it' %}
        {{ return(
            path ~ ' stands where a file of the table ' ~ table.name ~ ' is looked for, but is not read: only ' ~ table.name ~ '.csv, '
            ~ table.name ~ '.csv.gz, ' ~ table.name ~ '.parquet, or files with these endings in the folder ' ~ table.name ~ '/ are. ' ~ remedy
            ~ ', or move it out of the way.'
        ) }}
    {% endif %}
    {% for part in entry.path.split('/')[:-1] if (part | lower).startswith('dt=') %}
        {% set day = modules.re.fullmatch('dt=([0-9]{4})(-?)([0-9]{2})[2]([0-9]{2})' | replace('[2]', '\\2'), part) %}
        {% set year, month = (day.group(1) | int, day.group(3) | int) if day else (0, 0) %}
        {% set lengths = [31, 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
        {% if not day or year == 0 or not 1 <= month <= 12 or not 1 <= (day.group(4) | int) <= lengths[month - 1] %}
            {{ return(
                path ~ ' is in the folder ' ~ part ~ ', which is no batch: write the day as dt=YYYY-MM-DD or dt=YYYYMMDD.'
            ) }}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
