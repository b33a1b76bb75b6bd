{#
    Every row of ods_agent, parsed and judged (docs/rules.md section 3). A macro because dim_agent takes the accepted rows,
    dim_agent_version those without a reason, and dwd_dimension_row all of them, and none may read another.
#}
{% macro agent_rows(ods_agent, test_account) -%}
    with

    repeated as (
        {{ coupon_rfm.repeated_keys(ods_agent, 'agent_id') }}
    ),

    test_agents as (
        select account_id
        from {{ test_account }}
        where account_type = 'agent'
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
        from {{ ods_agent }}
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
            cast({{ end_or_null('written_leave_time') }} as date) as leave_date,
            case
                when corrupt_record is not null then 'unreadable'
                when parsed.agent_id is null then 'missing_key'
                when {{ is_mangled_id(['agent_id', 'shop_id'], 'parsed') }} then 'mangled_id'
                when {{ cannot_be_read('hire_date_text', 'hire_date') }}
                    or {{ cannot_be_read('leave_date_text', 'written_leave_time') }}
                    or {{ cannot_be_read('updated_at_text', 'updated_at') }} then 'bad_time'
                when test_agents.account_id is not null then 'test_account'
            end as reason,
            {{ row_text('raw_fields', 'agent', 'repeated.agent_id') }} as row_text,
            {{ raw_row('raw_fields', 'corrupt_record') }} as raw_row,
            cast(null as decimal(18, 2)) as amount_at_stake
        from parsed
        left join repeated
            on parsed.agent_id = repeated.agent_id
        left join test_agents
            on parsed.agent_id = test_agents.account_id
    ),

    checked as (
        {{ judge_rows(
            'judged', 'agent_id',
            ['agent_name', 'shop_id', 'shop_name', 'hire_date', 'leave_date', 'updated_at', 'source_batch', 'rank_of_key']
        ) }}
    )

    select * from checked
{%- endmacro %}
