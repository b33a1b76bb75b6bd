{#
    Writes the descriptions of a table and its columns into the warehouse as comments, in one call: dbt-duckdb's own macro asks for
    the columns first and sends them by themselves, which costs a build of the sample 2 s instead of 0.2.
#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {% set comments %}
        comment on {{ relation.type }} {{ relation }} is {{ coupon_rfm.text_literal(model.description | trim) }};
        {% for column in model.columns.values() %}
            comment on column {{ relation }}.{{ column.name }} is {{ coupon_rfm.text_literal(column.description | trim) }};
        {% endfor %}
    {% endset %}
    {% do run_query(comments) %}
{% endmacro %}

{# Here both kinds of comment are there with the table; only the view that brought them is left over. #}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) %}
    {% do run_query('drop view if exists ' ~ coupon_rfm.described_view(model)) %}
{% endmacro %}


{#
    The select that a table with a contract is made of. On Spark through a view of the session, whose comments a table made of it
    takes over; given to the table afterwards, each of 600 would be a call of the metastore.
#}
{% macro spark__get_select_subquery(sql) %}
    {% set view %}
        create or replace temporary view {{ coupon_rfm.described_view(model) }} (
            {% for column in model.columns.values() %}
                {{- column.name }} comment {{ coupon_rfm.text_literal(column.description | trim) }}{{ ', ' if not loop.last }}
            {%- endfor %}
        ) as {{ dbt.default__get_select_subquery(sql) }}
    {% endset %}
    {% do run_query(view) %}
    select * from {{ coupon_rfm.described_view(model) }}
{% endmacro %}


{% macro described_view(model) %}
    {{ return(model.alias ~ '__described') }}
{% endmacro %}
