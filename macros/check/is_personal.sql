{# Whether a column may tell who somebody is: its values then stand in no message and no log. #}
{% macro is_personal(column) %}
    {{ return(modules.re.search('(consumer|payer|buyer|account)_id|name|raw_row|row_key|row_text|corrupt_record', column) is not none) }}
{% endmacro %}
