{#
    The outcome and reason of every row of a raw table: docs/rules.md section 3, Duplicates. Of the rows that nothing else
    rejects, one of each key stays: of the newest batch, then the newest updated_at, then the greatest row text.

    rows: a relation with the key of the table, `columns`, reason (NULL: none yet), row_text (NULL unless the key is repeated),
    source_file, source_batch, source_line and raw_row. Give it a ref and not a CTE where it is long: a CTE that is used twice is
    kept in memory whole.
#}
{% macro judge_rows(rows, table, columns) -%}
    {%- set raw_table = coupon_rfm.raw_table(table) -%}
    with

    ranked as (
        select
            *,
            cast(null as string) as kept_row_text,
            1 as rank_of_key
        from {{ rows }}
        where reason is not null or row_text is null

        union all

        select
            *,
            first_value(row_text) over newest_first as kept_row_text,
            cast(row_number() over newest_first as integer) as rank_of_key
        from {{ rows }}
        where reason is null and row_text is not null
        window newest_first as (
            partition by {{ raw_table.key }}
            order by
                source_batch desc,
                {% if raw_table.has_updated_at -%}
                updated_at desc nulls last,
                {% endif -%}
                row_text desc,
                source_file desc,
                source_line desc nulls last
        )
    )

    select
        {% for column in [raw_table.key] + columns -%}
        {{ column }},
        {% endfor -%}
        source_file,
        source_line,
        case
            when reason = 'unreadable' then 'unreadable'
            when reason is not null then 'rejected'
            when rank_of_key > 1 then 'duplicate'
            else 'accepted'
        end as outcome,
        case
            when reason is not null then reason
            when rank_of_key > 1 and row_text = kept_row_text then 'identical'
            when rank_of_key > 1 then 'superseded'
        end as reason,
        {{ raw_table.amount_at_stake or 'cast(null as decimal(18, 2))' }} as amount_at_stake,
        raw_row
    from ranked
{%- endmacro %}
