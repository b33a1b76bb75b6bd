{#
    On run end: what each data test that failed or warned has found and what to do, in words, for dbt itself says only "Got 1
    result". A row's column `finding` says both; of another row its columns are told, but for values that may tell who somebody is,
    and where to look.
#}
{% macro explain_failures(results) %}
    {% for result in results if result.status in ['fail', 'warn'] and result.node.resource_type == 'test' and result.node.compiled_code %}
        {% set test = result.node %}
        {% set first_rows %}
            select * from (
            {{ test.compiled_code }}
            ) as found limit 3
        {% endset %}
        {% set rows = run_query(first_rows).rows %}
        {% do log(
            ('FAILED: ' if result.status == 'fail' else 'Warning: ') ~ test.name
            ~ (' (' ~ test.config.meta['name_zh'] ~ ')' if test.config.meta.get('name_zh') else ''), info=true
        ) %}
        {% for row in rows %}
            {% do log('  ' ~ coupon_rfm.found_in_row(row, test), info=true) %}
        {% endfor %}
        {% if not rows or not rows[0].get('finding') %}
            {% do log('  ' ~ coupon_rfm.remedy_of_test(test), info=true) %}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro found_in_row(row, test) %}
    {% if row.get('finding') %}
        {{ return(row['finding']) }}
    {% endif %}
    {% set is_of_seed = coupon_rfm.tested_node(test).resource_type == 'seed' %}
    {% set cells = [] %}
    {% for column, value in row.items() %}
        {# dbt's own tests call the values of the tested column by these names. #}
        {% set origin = test.column_name if column in ['unique_field', 'value_field', 'from_field'] else column %}
        {% set shown = 'NULL' if value is none else value | string | truncate(200) %}
        {% do cells.append(column ~ ' = ' ~ ('(hidden)' if coupon_rfm.is_personal(origin) and not is_of_seed else shown)) %}
    {% endfor %}
    {{ return(cells | join(', ')) }}
{% endmacro %}


{# The model, seed or source that a generic test is of; none of a singular one. #}
{% macro tested_node(test) %}
    {{ return(graph.nodes.get(test.attached_node, {})) }}
{% endmacro %}


{# What to do about a test that does not say so itself: its table is a file that people write, or the models broke a rule. #}
{% macro remedy_of_test(test) %}
    {% set tested = coupon_rfm.tested_node(test) %}
    {% if tested.resource_type == 'seed' %}
        {{ return('Expected: ' ~ test.config.meta.get('expected', 'no such row') ~ '. Mend these rows in ' ~ tested.original_file_path ~ '.') }}
    {% endif %}
    {{ return(
        'Expected: ' ~ test.config.meta.get('expected', 'no such row') ~ '. The test is in ' ~ test.original_file_path
        ~ ', its query in ' ~ test.compiled_path ~ ': run it to see what is hidden here. No export should break it: if no sentence'
        ~ ' above names one of your files, this is a fault of the models; report it with these lines.'
    ) }}
{% endmacro %}
