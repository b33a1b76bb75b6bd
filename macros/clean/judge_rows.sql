{#
    The outcome and reason of every row of a raw table: docs/rules.md section 3, Duplicates. Of the rows that nothing else
    rejects, one of each key stays (rank_repeated_rows).

    rows: a relation with the key of the table, `columns`, reason (NULL: none yet), row_text (NULL unless the key is repeated),
    source_file, source_batch, source_line and raw_row. Give it a ref and not a CTE where it is long: a CTE that is used twice is
    kept in memory whole.
    columns: passed on besides the key; rank_of_key, too, where it is asked for (1: the row that stays).
    repeated: a relation of rank_repeated_rows of the same rows, where they are to be ranked once and not by every reader.
#}
{% macro judge_rows(rows, table, columns, repeated=none) -%}
    {%- set raw_table = coupon_rfm.raw_table(table) -%}
    {%- set passed_on -%}
        {{ raw_table.key }},
        {% for column in columns -%}
        {{ '1 as ' if column == 'rank_of_key' }}{{ column }},
        {% endfor -%}
        source_file,
        source_line
    {%- endset -%}
    {%- set amount_at_stake = raw_table.amount_at_stake or 'cast(null as decimal(18, 2))' -%}
    select
        {{ passed_on }},
        case when reason = 'unreadable' then 'unreadable' else 'rejected' end as outcome,
        reason,
        {{ amount_at_stake }} as amount_at_stake,
        raw_row
    from {{ rows }}
    where reason is not null

    union all

    select
        {{ passed_on }},
        'accepted' as outcome,
        cast(null as string) as reason,
        {{ amount_at_stake }} as amount_at_stake,
        raw_row
    from {{ rows }}
    where reason is null and row_text is null

    union all

    {% if repeated -%}
    select
        {% for column in [raw_table.key] + columns -%}
        {{ column }},
        {% endfor -%}
        source_file,
        source_line,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from {{ repeated }}
    {%- else -%}
    {{ coupon_rfm.rank_repeated_rows(rows, table, columns) }}
    {%- endif -%}
{%- endmacro %}
