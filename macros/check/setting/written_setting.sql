{# The value of a var as it is written, without a check; a message where it is no setting of this project, or missing. #}
{% macro written_setting(name) %}
    {% set rule = coupon_rfm.known_settings().get(name) %}
    {% if rule is none %}
        {{ exceptions.raise_compiler_error("'" ~ name ~ "' is not a setting of this project") }}
    {% endif %}
    {% set value = var(name, rule.get('unless_given', '(missing)')) %}
    {% if value == '(missing)' %}
        {% do coupon_rfm.reject_unknown_settings() %}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' is missing: write it back into dbt_project.yml, where each setting has its line under `vars:`."
        ) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
