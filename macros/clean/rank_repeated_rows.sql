{#
    The rows of a raw table whose key is repeated and that nothing rejects, each with its outcome and reason: docs/rules.md
    section 3, Duplicates. The one of the newest batch stays, then of the newest updated_at, then of the greatest row text.

    rows, columns: as for judge_rows.
#}
{% macro rank_repeated_rows(rows, table, columns) -%}
    {%- set raw_table = coupon_rfm.raw_table(table) -%}
    select
        {% for column in [raw_table.key] + columns -%}
        {{ column }},
        {% endfor -%}
        source_file,
        source_line,
        case when rank_of_key = 1 then 'accepted' else 'duplicate' end as outcome,
        case
            when rank_of_key > 1 and row_text = kept_row_text then 'identical'
            when rank_of_key > 1 then 'superseded'
        end as reason,
        {{ raw_table.amount_at_stake or 'cast(null as decimal(18, 2))' }} as amount_at_stake,
        raw_row
    from (
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
    ) as ranked
{%- endmacro %}
