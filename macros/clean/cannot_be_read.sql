{# Whether a field is not empty and yet gave no value: text is the clean text, value what was parsed from it. #}
{% macro cannot_be_read(text, value) -%}
    ({{ text }} is not null and {{ value }} is null)
{%- endmacro %}
