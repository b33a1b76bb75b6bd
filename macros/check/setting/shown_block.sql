{# A block as it is written in YAML on one line. #}
{% macro shown_block(value) %}
    {% if value is not mapping %}
        {{ return(value | string) }}
    {% endif %}
    {% set parts = [] %}
    {% for key, inner in value.items() %}
        {% do parts.append(key ~ ': ' ~ coupon_rfm.shown_block(inner)) %}
    {% endfor %}
    {{ return('{' ~ parts | join(', ') ~ '}') }}
{% endmacro %}
