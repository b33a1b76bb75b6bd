{# The keys of a block are these, all of them: a block replaces that of dbt_project.yml as a whole. `usual` completes what is shown. #}
{% macro check_keys(name, value, usual) %}
    {% if value is not mapping %}
        {{ coupon_rfm.reject_setting(name, value, 'a block such as ' ~ coupon_rfm.shown_block(usual)) }}
    {% endif %}
    {% for key in value if key not in usual %}
        {% set nearest = coupon_rfm.nearest(key, usual.keys() | list) %}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' has '" ~ key ~ "', which is none of " ~ usual.keys() | join(', ')
            ~ ('; did you mean ' ~ nearest ~ '?' if nearest else '.')
        ) }}
    {% endfor %}
    {% set missing = usual.keys() | reject('in', value) | list %}
    {% if missing %}
        {% set complete = {} %}
        {% for key in usual %}
            {% do complete.update({key: value.get(key, usual[key])}) %}
        {% endfor %}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' has no " ~ missing | join(' and no ') ~ ': a block replaces the whole of the usual one, so write all of it, such as '
            ~ name ~ ': ' ~ coupon_rfm.shown_block(complete) ~ '.'
        ) }}
    {% endif %}
{% endmacro %}
