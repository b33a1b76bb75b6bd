{#
    Every surrogate key of the columns is that of a member of its dimension, and none is NULL. One scan, without a join: the keys
    of a dimension are the numbers from 0 on without a gap, which is asked here too, so that the least and the greatest tell.

    keys: by column, `to` (the dimension) and `field` (its key there).
#}
{% test surrogate_keys_exist(model, keys) %}

with

ends as (
    select
        count(*) as row_count
        {%- for column in keys %},
        count({{ column }}) as {{ column }}_count,
        min({{ column }}) as least_{{ column }},
        max({{ column }}) as greatest_{{ column }}
        {%- endfor %}
    from {{ model }}
),

found as (
    {% for column in keys -%}
    select
        '{{ column }}' as key_column,
        row_count - {{ column }}_count as null_count,
        least_{{ column }} as least_key,
        greatest_{{ column }} as greatest_key
    from ends
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
),

members as (
    {% for column, key in keys.items() -%}
    select
        '{{ column }}' as key_column,
        count(distinct {{ key.field }}) as member_count,
        min({{ key.field }}) as first_member,
        max({{ key.field }}) as last_member
    from {{ key.to }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
)

select
    found.key_column,
    found.null_count,
    found.least_key,
    found.greatest_key,
    members.member_count,
    members.last_member
from found
inner join members
    on found.key_column = members.key_column
where
    found.null_count > 0
    or found.least_key < 0
    or found.greatest_key > members.last_member
    or members.first_member <> 0
    or members.last_member <> members.member_count - 1

{% endtest %}
