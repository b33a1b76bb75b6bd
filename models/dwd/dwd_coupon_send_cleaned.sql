with

source as (
    select * from {{ ref('ods_coupon_send') }}
),

products as (
    select * from {{ ref('dim_product_version') }}
),

activities as (
    select * from {{ ref('dim_activity_version') }}
),

test_accounts as (
    select * from {{ ref('dim_test_account') }}
),

repeated as (
    {{ repeated_keys(ref('ods_coupon_send'), 'send_id') }}
),

cleaned as (
    select
        {{ clean_id('send_id') }} as send_id,
        {{ clean_id('activity_id') }} as activity_id,
        {{ clean_id('agent_id') }} as agent_id,
        {{ clean_id('consumer_id') }} as consumer_id,
        {{ clean_id('product_id') }} as product_id,
        {{ clean_id('session_id') }} as session_id,
        {{ clean_time('send_time') }} as send_time_text,
        {{ clean_text('discount_amount') }} as discount_amount_text,
        {{ clean_text('valid_hours') }} as valid_hours_text,
        {{ struct_of(raw_columns('coupon_send')) }} as raw_fields,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
),

parsed as (
    select
        *,
        {{ parse_time('send_time_text') }} as send_time,
        {{ parse_amount('discount_amount_text') }} as discount_amount,
        {{ parse_hours('valid_hours_text') }} as valid_hours
    from cleaned
),

judged as (
    select
        parsed.*,
        {{ row_text('parsed.raw_fields', 'coupon_send', 'repeated.send_id') }} as row_text,
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.send_id is null then 'missing_key'
            when {{ is_mangled_id(
                ['send_id', 'activity_id', 'agent_id', 'consumer_id', 'product_id', 'session_id'], 'parsed'
            ) }} then 'mangled_id'
            when parsed.send_time is null then 'bad_time'
            when parsed.discount_amount is null then 'bad_amount'
            when coalesce(test_consumers.account_id, test_agents.account_id) is not null
                then 'test_account'
            when {{ is_unit_suspect('parsed.discount_amount', 'products.price') }}
                then 'unit_suspect'
            when {{ discount_is_out_of_rule('parsed.discount_amount') }}
                or parsed.discount_amount >= nullif(products.price, 0)
                or (
                    activities.activity_type = '自定义'
                    and parsed.discount_amount > activities.discount_amount
                )
                then 'discount_out_of_rule'
            -- docs/rules.md section 3: 1 <= valid_hours <= 24.
            when coalesce(parsed.valid_hours, 0) not between 1 and 24 then 'validity_out_of_rule'
        end as reason
    from parsed
    left join repeated
        on parsed.send_id = repeated.send_id
    -- docs/rules.md section 3: the price, cap and type that were valid at send_time.
    left join products
        on parsed.product_id = products.product_id
        and {{ holds_at('products', 'parsed.send_time') }}
    left join activities
        on parsed.activity_id = activities.activity_id
        and {{ holds_at('activities', 'parsed.send_time') }}
    left join test_accounts as test_consumers
        on parsed.consumer_id = test_consumers.account_id
        and test_consumers.account_type = 'consumer'
    left join test_accounts as test_agents
        on parsed.agent_id = test_agents.account_id
        and test_agents.account_type = 'agent'
),

final as (
    select
        send_id,
        activity_id,
        agent_id,
        consumer_id,
        product_id,
        session_id,
        send_time,
        discount_amount,
        valid_hours,
        source_file,
        source_batch,
        source_line,
        reason,
        row_text,
        discount_amount as amount_at_stake,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
)

select * from final
