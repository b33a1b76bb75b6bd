{#
    CSV files as a relation (line, filename). The delimiter, four control characters, is there for none to be found. Lines that
    are not UTF-8 are left out, but kept in the temporary tables <rejects>_reject and <rejects>_scan of the connection.

    Two modes, because DuckDB 2.0 has no single one that does both (measured on LF, CRLF and mixed files):
    - in parallel: new_line '\n' loses no line, but counts a CRLF as two; '\r\n' loses lines of LF files where buffers meet;
    - in_order: '\r\n' in one thread counts every line right, and the lines come in their order.
#}
{% macro csv_lines(root, files, skip, rejects, longest_line, in_order=false) -%}
    read_csv(
        {{ coupon_rfm.file_list(files, root) }},
        columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, skip = {{ skip }},
        delim = chr(1) || chr(2) || chr(3) || chr(4), quote = '', escape = '', comment = '',
        strict_mode = false, filename = true, hive_partitioning = false,
        {% if longest_line >= 1999998 %}max_line_size = {{ longest_line + 2 }},{% endif %}
        {% if in_order %}new_line = '\r\n', parallel = false{% else %}new_line = '\n'{% endif %},
        store_rejects = true, rejects_table = '{{ rejects }}_reject', rejects_scan = '{{ rejects }}_scan'
    )
{%- endmacro %}
