{{ config(meta={
    'test_id': 'ODS-S260',
    'name_zh': '每个源文件的每一行都在原始表中',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 1: no line is lost. The lines were counted in the bytes of the files, where
-- the engine can look at them; the files themselves are compared by name everywhere.
{% set tables = [
    'activity', 'agent', 'chat_session', 'coupon_send', 'coupon_use', 'product', 'refund',
    'shop_order',
] %}
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
        source_file,
        line_count
    from {{ ref('ods_source_file') }}
    where source_file is not null
)

select
    coalesce(source_files.source_table, ods_rows.source_table) as source_table,
    coalesce(source_files.source_file, ods_rows.source_file) as source_file,
    source_files.line_count,
    ods_rows.row_count
from source_files
full outer join ods_rows
    on source_files.source_table = ods_rows.source_table
    and source_files.source_file = ods_rows.source_file
where source_files.source_file is null
    or source_files.line_count <> coalesce(ods_rows.row_count, 0)
