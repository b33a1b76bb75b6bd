{# space, tab, CR, no-break space, ideographic space, byte order mark; spelt by code point to be seen. #}
{% macro blank_characters() %}
    {{ return([32, 9, 13, 160, 12288, 65279]) }}
{% endmacro %}
