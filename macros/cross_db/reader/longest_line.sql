{# A longer line, in bytes, is unreadable. #}
{% macro longest_line() %}
    {{ return(1000000) }}
{% endmacro %}
