{# On run end: stops where files that views read again and again were changed in between. #}
{% macro require_unchanged_files() %}
    {% if execute %}
        {{ return(adapter.dispatch('require_unchanged_files', 'coupon_rfm')()) }}
    {% endif %}
{% endmacro %}
