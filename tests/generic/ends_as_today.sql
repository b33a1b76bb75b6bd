{# The last version of every key is its row in the dimension, in every column, and every known member has one. #}
{% test ends_as_today(model, key, columns, dimension) %}

with

last_versions as (
    select {{ key }}, {{ columns | join(', ') }}
    from {{ model }}
    where valid_to is null
),

todays_rows as (
    select {{ key }}, {{ columns | join(', ') }}
    from {{ dimension }}
    where {{ key }} <> 'unknown'
)

(select 'version' as found_in, last_versions.* from last_versions
 except select 'version' as found_in, todays_rows.* from todays_rows)
union all
(select 'dimension' as found_in, todays_rows.* from todays_rows
 except select 'dimension' as found_in, last_versions.* from last_versions)

{% endtest %}
