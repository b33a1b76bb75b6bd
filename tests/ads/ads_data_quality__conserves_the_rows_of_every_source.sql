{{ config(meta={
    'test_id': 'ADS-S13',
    'name_zh': '每张源表行数守恒：接收 + 重复 + 拒绝 + 不可读',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 6: rows of every source table = accepted + duplicate + rejected +
-- unreadable.
{% set tables = raw_tables() | map(attribute='name') | list %}
with

source_rows as (
    {% for table in tables -%}
    select
        '{{ table }}' as source_table,
        count(*) as row_count
    from {{ ref('ods_' ~ table) }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
),

outcomes as (
    select
        source_table,
        sum(row_count) as row_count
    from {{ ref('ads_data_quality') }}
    group by source_table
)

select
    source_rows.source_table,
    source_rows.row_count,
    outcomes.row_count as outcome_count
from source_rows
left join outcomes
    on source_rows.source_table = outcomes.source_table
where source_rows.row_count is distinct from outcomes.row_count
