{# On run end, and on run start after a command that was ended by force: drops the views over raw files. #}
{% macro close_raw_views() %}
    {% if execute %}
        {{ return(adapter.dispatch('close_raw_views', 'coupon_rfm')()) }}
    {% endif %}
{% endmacro %}
