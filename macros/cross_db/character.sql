{# A character by its code point, as SQL. Spark's chr ends at 255, so that those beyond ASCII stand as they are. #}
{% macro character(code) -%}
    {{ return("chr(" ~ code ~ ")" if code < 128 else "'" ~ '%c' | format(code) ~ "'") }}
{%- endmacro %}
