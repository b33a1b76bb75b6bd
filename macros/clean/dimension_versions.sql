{#
    The versions of the things in a dimension, each with the time it holds: docs/rules.md section 3, Versions.

    rows: a relation with the key, `columns`, and outcome, rank_of_key, updated_at and source_batch of judge_rows.
#}
{% macro dimension_versions(rows, key, columns) -%}
    {%- set batch_time = "try_cast(nullif(source_batch, '') as timestamp)" -%}
    with

    timed as (
        select
            {{ key }},
            {% for column in columns -%}
            {{ column }},
            {% endfor -%}
            {{ json_text(struct_of(columns)) }} as content,
            rank_of_key,
            greatest(
                case
                    when source_batch > min(source_batch) over (partition by {{ key }}, updated_at)
                        then greatest(updated_at, {{ batch_time }})
                    else coalesce(updated_at, {{ batch_time }})
                end,
                {{ beginning_of_time() }}
            ) as version_time
        from {{ rows }}
        where outcome in ('accepted', 'duplicate')
    ),

    -- A row that holds from no earlier than a newer one (a smaller rank) has been corrected by it.
    overtaken as (
        select
            *,
            min(version_time) over (
                partition by {{ key }}
                order by rank_of_key
                rows between unbounded preceding and 1 preceding
            ) as next_version_time
        from timed
    ),

    -- So time goes up with rank_of_key down, and the last one is the row that stays.
    standing as (
        select
            *,
            lag(content) over (partition by {{ key }} order by rank_of_key desc) as earlier_content
        from overtaken
        where next_version_time is null or version_time < next_version_time
    )

    select
        {{ key }},
        case
            when earlier_content is null then {{ beginning_of_time() }}
            else version_time
        end as valid_from,
        lead(version_time) over (partition by {{ key }} order by version_time) as valid_to
        {%- for column in columns %},
        {{ column }}
        {%- endfor %}
    from standing
    where earlier_content is null or earlier_content <> content
{%- endmacro %}
