{{ config(materialized='ephemeral') }}

{%- set tables = raw_tables() | rejectattr('reject_reasons') | list -%}
with

{% for table in tables -%}
{{ table.name }}s as (
    select * from {{ ref('ods_' ~ table.name) }}
),

{% endfor -%}

-- These tables are read and counted, but not checked yet.
final as (
    {% for table in tables -%}
    select
        '{{ table.name }}' as source_table,
        source_file,
        source_line,
        {{ clean_id(table.key) }} as row_key,
        case when corrupt_record is null then 'accepted' else 'unreadable' end as outcome,
        case when corrupt_record is not null then 'unreadable' end as reason,
        cast(null as decimal(18, 2)) as amount_at_stake,
        case
            when corrupt_record is not null then {{ json_text(struct_of(['corrupt_record'])) }}
        end as raw_row
    from {{ table.name }}s
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
)

select * from final
