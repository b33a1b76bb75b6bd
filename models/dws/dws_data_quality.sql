-- depends_on: {{ ref('dws_as_of') }}
-- so that it stays as it was together with the other figures where the tests there stop the build.
with

row_outcomes as (
    select * from {{ ref('dwd_row_outcome') }}
),

final as (
    select
        source_table,
        outcome,
        reason,
        cast(sum(row_count) as bigint) as row_count,
        cast(sum(amount_at_stake) as decimal(18, 2)) as amount_at_stake,
        case
            when outcome = 'accepted' and count(source_file) = 0 then '文件不存在'
            else '忽略的列: ' || {{ distinct_items('ignored_columns') }}
        end as note
    from row_outcomes
    group by source_table, outcome, reason
)

select * from final
