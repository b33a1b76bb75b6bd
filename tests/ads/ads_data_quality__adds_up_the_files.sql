{{ config(meta={
    'test_id': 'ADS-S356',
    'name_zh': '数据质量表的行数与金额等于各文件之和',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: the rows and the amounts at stake of an outcome and reason are those of
-- all files of the table.
with

files as (
    select
        source_table,
        outcome,
        reason,
        sum(row_count) as row_count,
        sum(amount_at_stake) as amount_at_stake
    from {{ ref('dwd_row_outcome') }}
    group by source_table, outcome, reason
),

quality as (
    select * from {{ ref('ads_data_quality') }}
)

select
    coalesce(files.source_table, quality.source_table) as source_table,
    coalesce(files.outcome, quality.outcome) as outcome,
    coalesce(files.reason, quality.reason) as reason,
    quality.row_count,
    files.row_count as row_count_of_files,
    quality.amount_at_stake,
    files.amount_at_stake as amount_at_stake_of_files
from files
full outer join quality
    on files.source_table = quality.source_table
    and files.outcome = quality.outcome
    and files.reason = quality.reason
where
    quality.row_count is distinct from files.row_count
    or quality.amount_at_stake is distinct from files.amount_at_stake
