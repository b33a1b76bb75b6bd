{# The layer is the schema, without the target's schema before it: ods, dim, dwd, dws, ads on every engine. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
