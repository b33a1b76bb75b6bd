{#
    The ids of a dimension by their surrogate keys, to be joined by a view that offers them. Grouped, so that an engine sees that
    the join adds no row, and leaves it out where nobody asks for the id.
#}
{% macro ids_by_key(dimension, member) -%}
    select
        {{ member }}_key,
        max({{ member }}_id) as {{ member }}_id
    from {{ dimension }}
    group by {{ member }}_key
{%- endmacro %}
