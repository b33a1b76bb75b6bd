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

cleaned as (
    select
        {{ clean_id('agent_id') }} as agent_id,
        {{ clean_name('agent_name') }} as agent_name,
        {{ clean_id('shop_id') }} as shop_id,
        {{ clean_name('shop_name') }} as shop_name,
        {{ clean_time('hire_date') }} as hire_date_text,
        {{ clean_time('leave_date') }} as leave_date_text,
        {{ clean_time('updated_at') }} as updated_at_text,
        {{ struct_of(raw_columns('agent')) }} as raw_fields,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
),

parsed as (
    select
        *,
        cast({{ parse_time('hire_date_text') }} as date) as hire_date,
        {{ parse_time('leave_date_text', is_end=true) }} as written_leave_time,
        {{ parse_time('updated_at_text') }} as updated_at
    from cleaned
),

judged as (
    select
        parsed.*,
        cast({{ end_or_null('parsed.written_leave_time') }} as date) as leave_date,
        {{ row_text('parsed.raw_fields', 'agent', 'repeated.agent_id') }} as row_text,
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.agent_id is null then 'missing_key'
            when {{ is_mangled_id(raw_table('agent').columns_of.id, 'parsed') }} then 'mangled_id'
            when {{ cannot_be_read('parsed.hire_date_text', 'parsed.hire_date') }}
                or {{ cannot_be_read('parsed.leave_date_text', 'parsed.written_leave_time') }}
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
