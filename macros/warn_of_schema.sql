{# On run start: a profile's own `schema:` has no effect, and whoever sets one expects that it has. #}
{% macro warn_of_schema() %}
    {% if execute and target.schema not in ['main', 'default'] %}
        {% do exceptions.warn(
            "The schema '" ~ target.schema ~ "' of the profile is not used: the tables are in ods, dim, dwd, dws and ads. Those who"
            ~ " must not share them need a warehouse or a metastore each (docs/spark.md)."
        ) %}
    {% endif %}
{% endmacro %}
