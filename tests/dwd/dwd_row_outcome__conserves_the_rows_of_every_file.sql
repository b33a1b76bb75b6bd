{{ config(meta={
    'test_id': 'DWD-S08',
    'name_zh': '每个文件的行数守恒：接收 + 重复 + 拒绝 + 不可读',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 6: rows of every source table = accepted + duplicate + rejected +
-- unreadable, here file by file.
{% set tables = raw_tables() | map(attribute='name') | list %}
with

ods_rows as (
    {% for table in tables -%}
    select
        '{{ table }}' as source_table,
        source_file,
        count(*) as row_count
    from {{ ref('ods_' ~ table) }}
    group by source_file
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
),

outcomes as (
    select
        source_table,
        source_file,
        sum(row_count) as row_count
    from {{ ref('dwd_row_outcome') }}
    group by source_table, source_file
)

select
    coalesce(ods_rows.source_table, outcomes.source_table) as source_table,
    coalesce(ods_rows.source_file, outcomes.source_file) as source_file,
    ods_rows.row_count as rows_read,
    outcomes.row_count as rows_judged
from ods_rows
full outer join outcomes
    on ods_rows.source_table = outcomes.source_table
    and ods_rows.source_file = outcomes.source_file
where coalesce(ods_rows.row_count, 0) <> coalesce(outcomes.row_count, 0)
