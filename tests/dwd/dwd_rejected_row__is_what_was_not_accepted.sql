{{ config(meta={
    'test_id': 'DWD-S350',
    'name_zh': '未采用行逐文件、逐原因与行数统计一致，采用行与明细一致',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 7: every raw row is in its model or in dwd_rejected_row. By file,
-- outcome and reason, dwd_rejected_row has the rows and amounts that dwd_row_outcome counts, and
-- the two facts have the accepted ones.
with

row_outcomes as (
    select * from {{ ref('dwd_row_outcome') }}
),

rejected as (
    select
        source_table,
        source_file,
        outcome,
        reason,
        count(*) as row_count,
        sum(amount_at_stake) as amount_at_stake
    from {{ ref('dwd_rejected_row') }}
    group by source_table, source_file, outcome, reason
),

not_accepted as (
    select * from row_outcomes
    where outcome <> 'accepted'
),

accepted as (
    select
        source_table,
        sum(row_count) as row_count
    from row_outcomes
    where outcome = 'accepted'
    group by source_table
),

facts as (
    select
        'coupon_send' as source_table,
        count(*) as row_count
    from {{ ref('dwd_coupon_keyed_send') }}

    union all

    select
        'coupon_use' as source_table,
        count(*) as row_count
    from {{ ref('dwd_coupon_keyed_use') }}
)

select
    coalesce(not_accepted.source_table, rejected.source_table) as source_table,
    coalesce(not_accepted.source_file, rejected.source_file) as source_file,
    coalesce(not_accepted.outcome, rejected.outcome) as outcome,
    coalesce(not_accepted.reason, rejected.reason) as reason,
    not_accepted.row_count as rows_counted,
    rejected.row_count as rows_found,
    not_accepted.amount_at_stake as amount_counted,
    rejected.amount_at_stake as amount_found
from not_accepted
full outer join rejected
    on not_accepted.source_table = rejected.source_table
    and not_accepted.source_file = rejected.source_file
    and not_accepted.outcome = rejected.outcome
    and not_accepted.reason = rejected.reason
where
    not_accepted.row_count is distinct from rejected.row_count
    or not_accepted.amount_at_stake is distinct from rejected.amount_at_stake

union all

select
    facts.source_table,
    cast(null as string) as source_file,
    'accepted' as outcome,
    '' as reason,
    accepted.row_count as rows_counted,
    facts.row_count as rows_found,
    cast(null as decimal(18, 2)) as amount_counted,
    cast(null as decimal(18, 2)) as amount_found
from facts
left join accepted
    on facts.source_table = accepted.source_table
where facts.row_count is distinct from accepted.row_count
