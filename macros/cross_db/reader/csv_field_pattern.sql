{# A field with the comma before it: quoted, with "" for a quote, or anything that does not begin with a quote. #}
{% macro csv_field_pattern() %}
    {{ return(',("[^"]*(?:""[^"]*)*"|[^",][^,]*|)') }}
{% endmacro %}
