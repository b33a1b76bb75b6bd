{# Stops the compilation at a wrong value: names the var, its value, and what is allowed, in words. #}
{% macro reject_setting(name, value, allowed) %}
    {{ exceptions.raise_compiler_error(
        "The var '" ~ name ~ "' is " ~ coupon_rfm.shown_value(value) ~ ", but must be " ~ allowed
        ~ ". Change it in dbt_project.yml or in --vars."
    ) }}
{% endmacro %}


{# A value as a sentence names it. #}
{% macro shown_value(value) %}
    {% if value is none or value is boolean %}
        {{ return(value | tojson) }}
    {% endif %}
    {{ return(("the text '" ~ value ~ "'") if value is string else (value | string)) }}
{% endmacro %}
