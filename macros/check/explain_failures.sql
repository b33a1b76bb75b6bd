{#
    On run end: what each data test that failed or warned has found, in words, for dbt itself says only "Got 1 result". A row's
    column `finding` is a sentence; of another row, its columns are told.
#}
{% macro explain_failures(results) %}
    {% for result in results if result.status in ['fail', 'warn'] and result.node.resource_type == 'test' and result.node.compiled_code %}
        {% set test = result.node %}
        {% do log(
            ('FAILED: ' if result.status == 'fail' else 'Warning: ') ~ test.name
            ~ (' (' ~ test.config.meta['name_zh'] ~ ')' if test.config.meta.get('name_zh') else ''), info=true
        ) %}
        {% for row in run_query('select * from (\n' ~ test.compiled_code ~ '\n) as found limit 3').rows %}
            {% do log('  ' ~ coupon_rfm.found_in_row(row), info=true) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{% macro found_in_row(row) %}
    {% if row.get('finding') %}
        {{ return(row['finding']) }}
    {% endif %}
    {% set cells = [] %}
    {% for column, value in row.items() %}
        {% do cells.append(column ~ ' = ' ~ ('NULL' if value is none else value | string | truncate(200))) %}
    {% endfor %}
    {{ return(cells | join(', ')) }}
{% endmacro %}
