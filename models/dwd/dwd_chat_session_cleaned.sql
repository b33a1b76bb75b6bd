with

source as (
    select * from {{ ref('ods_chat_session') }}
),

test_accounts as (
    select * from {{ ref('dim_test_account') }}
),

repeated as (
    {{ repeated_keys(ref('ods_chat_session'), 'session_id') }}
),

marked as (
    select
        *,
        {{ is_plain_row('chat_session', ['id']) }} as is_plain
    from source
),

cleaned as (
    select
        {{ clean_fields('chat_session', ['id']) }},
        {{ struct_of(raw_columns('chat_session')) }} as raw_fields,
        source_file,
        source_batch,
        source_line,
        corrupt_record,
        is_plain
    from marked
),

judged as (
    select
        cleaned.*,
        {{ row_text('cleaned.raw_fields', 'chat_session', 'repeated.session_id') }} as row_text,
        case
            when cleaned.corrupt_record is not null then 'unreadable'
            when cleaned.session_id is null then 'missing_key'
            when {{ plain_or(
                'false', is_mangled_id(raw_table('chat_session').columns_of.id, 'cleaned')
            ) }} then 'mangled_id'
            when coalesce(test_consumers.account_id, test_agents.account_id) is not null
                then 'test_account'
        end as reason
    from cleaned
    left join repeated
        on cleaned.session_id = repeated.session_id
    left join test_accounts as test_consumers
        on cleaned.consumer_id = test_consumers.account_id
        and test_consumers.account_type = 'consumer'
    left join test_accounts as test_agents
        on cleaned.agent_id = test_agents.account_id
        and test_agents.account_type = 'agent'
),

final as (
    select
        session_id,
        consumer_id,
        source_file,
        source_batch,
        source_line,
        reason,
        row_text,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
)

select * from final
