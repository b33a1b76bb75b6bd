{#- A view would outlive the views over Parquet files that it reads. -#}
{{ config(materialized='ephemeral') }}

{%- set dimensions = ['activity', 'agent', 'product'] -%}
with

final as (
    {% for table in raw_tables() | selectattr('reject_reasons') -%}
    select
        '{{ table.name }}' as source_table,
        source_file,
        source_line,
        {{ table.key }} as row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from {{
        ref('dim_' ~ table.name ~ '_checked') if table.name in dimensions
        else ref('dwd_checked_' ~ table.name)
    }}

    union all

    {% endfor -%}
    -- The other tables are read and counted, but not checked yet.
    {% for table in raw_tables() | rejectattr('reject_reasons') -%}
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
    from {{ ref('ods_' ~ table.name) }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
)

select * from final
