{#
    The fields of a raw table as clean text, each by its kind (models/ods/_sources.yml), to be selected from rows with is_plain
    (is_plain_row): ids, names and codes under their own names, what parse_fields reads as <column>_text.

    kinds: of which kinds; none for all.
#}
{% macro clean_fields(table, kinds=none) %}
    {% set fields = [] %}
    {% for kind, columns in coupon_rfm.raw_table(table).columns_of.items() if not kinds or kind in kinds %}
        {% for column in columns %}
            {% if kind == 'id' %}
                {% set field %}{{ coupon_rfm.plain_or(column, coupon_rfm.clean_id(column)) }} as {{ column }}{% endset %}
            {% elif kind == 'name' %}
                {% set field %}{{ coupon_rfm.clean_name(column) }} as {{ column }}{% endset %}
            {% elif kind == 'code' %}
                {% set field %}{{ coupon_rfm.clean_text(column) }} as {{ column }}{% endset %}
            {% elif kind == 'time' %}
                {% set field %}{{ coupon_rfm.plain_or(column, coupon_rfm.clean_time(column)) }} as {{ column }}_text{% endset %}
            {% elif kind in ['date', 'end', 'end_date'] %}
                {% set field %}{{ coupon_rfm.clean_time(column) }} as {{ column }}_text{% endset %}
            {% else %}
                {% set field %}{{ coupon_rfm.plain_or(column, coupon_rfm.clean_text(column)) }} as {{ column }}_text{% endset %}
            {% endif %}
            {% do fields.append(field) %}
        {% endfor %}
    {% endfor %}
    {{ return(fields | join(',\n        ')) }}
{% endmacro %}
