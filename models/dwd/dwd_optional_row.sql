{{ config(materialized='ephemeral') }}

{%- set tables = {'refund': 'refund_id', 'chat_session': 'session_id', 'shop_order': 'order_id'} -%}
with

{% for table in tables -%}
{{ table }}s as (
    select * from {{ ref('ods_' ~ table) }}
),

{% endfor -%}

-- These tables are read and counted, but not checked yet.
final as (
    {% for table, key in tables.items() -%}
    select
        '{{ table }}' as source_table,
        source_file,
        source_line,
        {{ clean_id(key) }} as row_key,
        case when corrupt_record is null then 'accepted' else 'unreadable' end as outcome,
        case when corrupt_record is not null then 'unreadable' end as reason,
        cast(null as decimal(18, 2)) as amount_at_stake,
        case
            when corrupt_record is not null then {{ json_text(struct_of(['corrupt_record'])) }}
        end as raw_row
    from {{ table }}s
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
)

select * from final
