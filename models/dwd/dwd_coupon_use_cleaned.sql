with

source as (
    select * from {{ ref('ods_coupon_use') }}
),

products as (
    select * from {{ ref('dim_product_version') }}
),

test_accounts as (
    select * from {{ ref('dim_test_account') }}
),

accepted_sends as (
    select * from {{ ref('dwd_coupon_send_checked') }}
    where outcome = 'accepted'
),

rejected_sends as (
    select distinct send_id from {{ ref('dwd_coupon_send_checked') }}
    where outcome = 'rejected' and send_id is not null
),

repeated as (
    {{ repeated_keys(ref('ods_coupon_use'), 'use_id') }}
),

cleaned as (
    select
        {{ clean_id('use_id') }} as use_id,
        {{ clean_id('send_id') }} as send_id,
        {{ clean_id('order_id') }} as order_id,
        {{ clean_id('consumer_id') }} as consumer_id,
        {{ clean_text('is_used') }} as is_used_text,
        {{ clean_time('pay_time') }} as pay_time_text,
        {{ clean_text('pay_amount') }} as pay_amount_text,
        {{ clean_text('discount_amount') }} as discount_amount_text,
        {{ struct_of(raw_columns('coupon_use')) }} as raw_fields,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
),

parsed as (
    select
        *,
        {{ parse_flag('is_used_text') }} as is_used,
        {{ parse_time('pay_time_text') }} as pay_time,
        {{ parse_amount('pay_amount_text') }} as pay_amount,
        {{ parse_amount('discount_amount_text') }} as discount_amount
    from cleaned
),

judged as (
    select
        parsed.*,
        accepted_sends.send_id is null as is_send_rejected,
        {{ row_text('parsed.raw_fields', 'coupon_use', 'repeated.use_id') }} as row_text,
        -- docs/rules.md section 3: an unused coupon needs no pay_time and no amounts.
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.use_id is null then 'missing_key'
            when {{ is_mangled_id(['use_id', 'send_id', 'order_id', 'consumer_id'], 'parsed') }}
                then 'mangled_id'
            when {{ cannot_be_read('parsed.pay_time_text', 'parsed.pay_time') }}
                or (parsed.is_used and parsed.pay_time is null) then 'bad_time'
            when {{ cannot_be_read('parsed.pay_amount_text', 'parsed.pay_amount') }}
                or {{ cannot_be_read('parsed.discount_amount_text', 'parsed.discount_amount') }}
                or (parsed.is_used and parsed.pay_amount + parsed.discount_amount is null)
                then 'bad_amount'
            when parsed.is_used is null then 'bad_flag'
            when parsed.pay_amount = 0.01 or test_users.account_id is not null then 'test_account'
            when {{ is_unit_suspect(
                'greatest(parsed.pay_amount, parsed.discount_amount)', 'products.price'
            ) }} then 'unit_suspect'
            when parsed.is_used and {{ discount_is_out_of_rule('parsed.discount_amount') }}
                then 'discount_out_of_rule'
            when accepted_sends.send_id is null and rejected_sends.send_id is null then 'orphan_use'
            when parsed.pay_time < accepted_sends.send_time then 'use_before_send'
        end as reason
    from parsed
    left join repeated
        on parsed.use_id = repeated.use_id
    left join accepted_sends
        on parsed.send_id = accepted_sends.send_id
    left join products
        on accepted_sends.product_id = products.product_id
        and {{ holds_at('products', 'accepted_sends.send_time') }}
    left join rejected_sends
        on parsed.send_id = rejected_sends.send_id
    left join test_accounts as test_users
        on parsed.consumer_id = test_users.account_id
        and test_users.account_type = 'consumer'
),

final as (
    select
        use_id,
        send_id,
        order_id,
        consumer_id,
        is_used,
        pay_time,
        pay_amount,
        discount_amount,
        is_send_rejected,
        source_file,
        source_batch,
        source_line,
        reason,
        row_text,
        pay_amount as amount_at_stake,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
)

select * from final
