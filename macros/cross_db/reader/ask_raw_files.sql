{# The answer of a function of the plugin (scripts/coupon_rfm/raw_files.py). #}
{% macro ask_raw_files(name, arguments) %}
    {% set function = 'coupon_rfm_' ~ name %}
    {% set find_function %} select 1 from duckdb_functions() where function_name = '{{ function }}' {% endset %}
    {% if not run_query(find_function).rows %}
        {{ exceptions.raise_compiler_error(
            "The profile does not load the plugin that looks at raw files. Copy `plugins` and `module_paths` from the project's profiles.yml."
        ) }}
    {% endif %}
    {% set call_function %} select {{ function }}({{ coupon_rfm.text_literal(arguments | tojson) }}) {% endset %}
    {% set answer = fromjson(run_query(call_function).rows[0][0]) %}
    {% if answer.error %}
        {{ exceptions.raise_compiler_error("A raw file cannot be read: " ~ answer.error ~ ".") }}
    {% endif %}
    {{ return(answer) }}
{% endmacro %}
