{#
    The values of a raw table, each by its kind (models/ods/_sources.yml), to be selected from the texts that clean_fields has made:
    NULL for empty and for what cannot be read. An end is called written_<column>: its year may say that there is none
    (end_or_null). is_mangled: whether any id of the row is (is_mangled_id).

    relation: what they are selected from.
#}
{% macro parse_fields(table, relation) %}
    {% set columns_of = coupon_rfm.raw_table(table).columns_of %}
    {% set fields = [] %}
    {% for kind, columns in columns_of.items() %}
        {% for column in columns %}
            {% set text = column ~ '_text' %}
            {% set field = none %}
            {% if kind == 'time' %}
                {% set field %}{{ coupon_rfm.plain_or('try_cast(' ~ text ~ ' as timestamp)', coupon_rfm.parse_time(text)) }} as {{ column }}{% endset %}
            {% elif kind == 'date' %}
                {% set field %}cast({{ coupon_rfm.parse_time(text) }} as date) as {{ column }}{% endset %}
            {% elif kind in ['end', 'end_date'] %}
                {% set field %}{{ coupon_rfm.parse_time(text, is_end=true) }} as written_{{ column }}{% endset %}
            {% elif kind == 'amount' %}
                {% set field %}{{ coupon_rfm.plain_or('try_cast(' ~ text ~ ' as decimal(18, 2))', coupon_rfm.parse_amount(text)) }} as {{ column }}{% endset %}
            {% elif kind == 'hours' %}
                {% set field %}{{ coupon_rfm.plain_or('try_cast(' ~ text ~ ' as integer)', coupon_rfm.parse_hours(text)) }} as {{ column }}{% endset %}
            {% elif kind == 'flag' %}
                {% set field %}{{ coupon_rfm.plain_or(text ~ " = '是'", coupon_rfm.parse_flag(text)) }} as {{ column }}{% endset %}
            {% endif %}
            {% if field %}{% do fields.append(field) %}{% endif %}
        {% endfor %}
    {% endfor %}
    {% set is_mangled %}{{ coupon_rfm.plain_or('false', coupon_rfm.is_mangled_id(columns_of.id, relation)) }} as is_mangled{% endset %}
    {{ return((fields + [is_mangled]) | join(',\n        ')) }}
{% endmacro %}
