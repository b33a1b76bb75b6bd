with

source as (
    select * from {{ ref('ods_agent') }}
),

test_agents as (
    select account_id from {{ ref('dim_test_account') }}
    where account_type = 'agent'
),

repeated as (
    {{ repeated_keys(ref('ods_agent'), 'agent_id') }}
),

marked as (
    select
        *,
        {{ is_plain_row('agent') }} as is_plain
    from source
),

cleaned as (
    select
        {{ clean_fields('agent') }},
        {{ struct_of(raw_columns('agent')) }} as raw_fields,
        source_file,
        source_batch,
        source_line,
        corrupt_record,
        is_plain
    from marked
),

parsed as (
    select
        *,
        {{ parse_fields('agent', 'cleaned') }}
    from cleaned
),

judged as (
    select
        parsed.*,
        cast({{ end_or_null('parsed.written_leave_date') }} as date) as leave_date,
        {{ row_text('parsed.raw_fields', 'agent', 'repeated.agent_id') }} as row_text,
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.agent_id is null then 'missing_key'
            when parsed.is_mangled then 'mangled_id'
            when {{ cannot_be_read('parsed.hire_date_text', 'parsed.hire_date') }}
                or {{ cannot_be_read('parsed.leave_date_text', 'parsed.written_leave_date') }}
                or {{ cannot_be_read('parsed.updated_at_text', 'parsed.updated_at') }}
                then 'bad_time'
            when test_agents.account_id is not null then 'test_account'
        end as reason
    from parsed
    left join repeated
        on parsed.agent_id = repeated.agent_id
    left join test_agents
        on parsed.agent_id = test_agents.account_id
),

with_raw_row as (
    select
        *,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
),

final as (
    {{ judge_rows(
        'with_raw_row', 'agent',
        [
            'agent_name', 'shop_id', 'shop_name', 'hire_date', 'leave_date', 'updated_at',
            'source_batch', 'rank_of_key',
        ]
    ) }}
)

select * from final
