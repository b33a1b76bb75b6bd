{{ config(meta={
    'test_id': 'ODS-S260',
    'name_zh': '原始表的每个源文件都已登记',
    'expected': '不合格行数 = 0',
}) }}

-- No file is read under another name than it was found by. That every line of a file is there is
-- checked when its table is built (macros/cross_db/reader/duckdb_unreadable_lines.sql).
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

source_files as (
    select
        source_table,
        source_file
    from {{ ref('ods_source_file') }}
)

select
    ods_rows.source_table,
    ods_rows.source_file,
    ods_rows.row_count
from ods_rows
left join source_files
    on ods_rows.source_table = source_files.source_table
    and ods_rows.source_file = source_files.source_file
where source_files.source_file is null
