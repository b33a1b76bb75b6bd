{#
    Groups the files of a raw table by their columns, because files of one table may differ in column order: a list of
    {format, columns, types, unknown_columns, optional_at_end, files}; types only of Parquet. A file that cannot be read, a missing column and
    a column named twice are added to `problems`.
#}
{% macro group_files_by_columns(root, found, table, problems) %}
    {% set groups = {} %}
    {% set facts_of = coupon_rfm.file_facts(root, found) %}
    {% for file in found.files %}
        {% set facts = facts_of[file] %}
        {% set path = root ~ '/' ~ file %}
        {% set problem = coupon_rfm.file_problem(path, facts, found.format) %}
        {% if problem %}
            {% do problems.append(problem) %}
        {% else %}
            {% set columns = facts.columns if found.format == 'parquet' else coupon_rfm.header_columns(facts.first_line) %}
            {% set before = problems | length %}
            {{ coupon_rfm.check_columns(path, columns, table, problems) }}
            {% set group = groups.setdefault([columns, facts.types or none] | tojson, {
                'format': found.format, 'columns': columns, 'types': facts.types, 'sources': facts.sources, 'files': [],
                'unknown_columns': columns | reject('in', table.columns) | select | list, 'facts': {},
                'optional_at_end': coupon_rfm.optional_at_end(columns, table),
            }) %}
            {% do group.files.append(file) %}
            {% do group.facts.update({file: facts}) %}
        {% endif %}
    {% endfor %}
    {{ return(groups.values() | list) }}
{% endmacro %}


{# Adds to `problems` what is wrong with the columns of a file. Of a line that is no header, nothing is shown: it may be data. #}
{% macro check_columns(path, columns, table, problems) %}
    {% set missing = table.required_columns | reject('in', columns) | list %}
    {% set known = table.columns | select('in', columns) | list %}
    {% if missing and not known %}
        {% do problems.append(
            'Line 1 of ' ~ path ~ ' is not its header: it has ' ~ columns | length ~ ' field' ~ ('s' if columns | length != 1)
            ~ ', and none is a column of ' ~ table.name ~ ' (' ~ table.columns | join(', ')
            ~ '). Put these names, separated by commas, in line 1.'
        ) %}
    {% elif missing %}
        {% set others = columns | reject('in', table.columns) | select | list %}
        {% do problems.append(
            'The column' ~ ('s ' if missing | length > 1 else ' ') ~ missing | join(', ') ~ (' are' if missing | length > 1 else ' is')
            ~ ' missing in ' ~ path ~ (', which has instead: ' ~ others[:20] | map('truncate', 40) | join(', ') if others)
            ~ '. Add the column, or correct its name in the header.'
        ) %}
    {% endif %}
    {% for column in known if columns.count(column) > 1 %}
        {% do problems.append(
            'The column ' ~ column ~ ' stands ' ~ columns.count(column) ~ ' times in the header of ' ~ path
            ~ '. Remove or rename the surplus one.'
        ) %}
    {% endfor %}
{% endmacro %}


{# How many columns at the end of a header are optional ones: lines may lack their fields. #}
{% macro optional_at_end(columns, table) %}
    {% set run = namespace(length=0, is_open=true) %}
    {% for column in columns | reverse %}
        {% if column in table.columns and column not in table.required_columns and run.is_open %}
            {% set run.length = run.length + 1 %}
        {% else %}
            {% set run.is_open = false %}
        {% endif %}
    {% endfor %}
    {{ return(run.length) }}
{% endmacro %}


{# Why a file cannot be read, by its first bytes, and what to do; none if it can. #}
{% macro file_problem(path, facts, format) %}
    {% if facts.size == 0 %}
        {{ return('The file ' ~ path ~ ' is empty (0 bytes): not even a header is in it. Export it again, or remove it.') }}
    {% elif format == 'parquet' %}
        {{ return(
            none if facts.is_whole
            else path ~ ' is not a whole Parquet file: PAR1 does not stand at both its ends. Write it again, or rename it if it is a CSV file.'
        ) }}
    {% elif facts.holds %}
        {{ return(path ~ ' is ' ~ facts.holds ~ ', not CSV. Save it as CSV UTF-8, or give the file the name of what it is.') }}
    {% elif facts.encoding != 'UTF-8' %}
        {{ return(
            'The header of ' ~ path ~ ' is not UTF-8' ~ {
                'UTF-16': ' but UTF-16', 'GB18030': ', probably GB18030 (what Chinese Excel calls CSV)',
            }.get(facts.encoding, '') ~ '. Save it as CSV UTF-8'
            ~ (', or convert it: iconv -f ' ~ facts.encoding ~ ' -t UTF-8 old.csv > new.csv.' if facts.encoding else '.')
        ) }}
    {% elif not facts.first_line.strip(' \t\r\u00a0\u3000\ufeff') %}
        {{ return('Line 1 of ' ~ path ~ ' is blank, but must be the header. Remove the lines above the header.') }}
    {% elif (facts.first_line | lower).lstrip('\ufeff').startswith('sep=') %}
        {{ return('Line 1 of ' ~ path ~ ' is a mark for Excel (sep=), but must be the header. Remove the line.') }}
    {% elif not modules.re.fullmatch('(?:' ~ coupon_rfm.csv_field_pattern() ~ ')+', ',' ~ facts.first_line.lstrip('\ufeff')) %}
        {{ return('The header of ' ~ path ~ ' has a quote that is not closed before the next comma. Correct it.') }}
    {% elif facts.has_delimiter %}
        {{ return(path ~ ' has the bytes 01 02 03 04 in a line, which cannot be read. Remove them, or export the file again.') }}
    {% elif facts.longest_line and facts.longest_line > 16000000 %}
        {{ return(
            path ~ ' has a line of more than 16000000 bytes, which cannot be read. Its lines may end by something else than a line break: '
            ~ 'export it again.'
        ) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{% macro header_columns(line) %}
    {% set columns = [] %}
    {% for field in modules.re.findall(coupon_rfm.csv_field_pattern(), ',' ~ line.lstrip('\ufeff')) %}
        {% do columns.append(field.strip(' \t\r"\u00a0\u3000\ufeff')) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
