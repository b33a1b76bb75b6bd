{# Stops the compilation at a var of --vars or dbt_project.yml that this project does not have, and names the nearest one it has. #}
{% macro reject_unknown_settings() %}
    {% set given = [] %}
    {% set config = adapter.config %}
    {% for name in config.cli_vars %}
        {% do given.append([name, '--vars']) %}
    {% endfor %}
    {# dbt lets vars stand under the name of a package, too. #}
    {% set packages = config.load_dependencies().keys() | list %}
    {% for name, value in config.vars.vars.items() %}
        {% for inner in (value if name == 'coupon_rfm' else [name] if name not in packages else []) %}
            {% do given.append([inner, 'dbt_project.yml']) %}
        {% endfor %}
    {% endfor %}
    {% set known = coupon_rfm.known_settings() %}
    {% for name, place in given if name not in known %}
        {% set nearest = coupon_rfm.nearest(name, known) %}
        {{ exceptions.raise_compiler_error(
            "'" ~ name ~ "' in " ~ place ~ ' is not a setting of this project'
            ~ ('; did you mean ' ~ nearest ~ '?' if nearest else '.') ~ ' The settings are ' ~ known | join(', ') ~ '.'
        ) }}
    {% endfor %}
    {# dbt reads the configuration of models before it reads vars, so this one would be passed over. #}
    {% for name, place in given if name == 'lake_format' and place != '--vars' %}
        {{ exceptions.raise_compiler_error(
            'lake_format has no effect in dbt_project.yml: take it out, and give it as --vars' ~ " '{lake_format: delta}'."
        ) }}
    {% endfor %}
{% endmacro %}
