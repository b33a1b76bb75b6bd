with

source as (
    select * from {{ ref('ods_coupon_use') }}
),

accepted_sends as (
    select * from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted'
),

rejected_sends as (
    select distinct send_id from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'rejected' and send_id is not null
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

test_consumers as (
    select account_id from {{ ref('dim_test_account') }}
    where account_type = 'consumer'
),

repeated as (
    {{ repeated_keys(ref('ods_coupon_use'), 'use_id') }}
),

marked as (
    select
        *,
        {{ is_plain_row('coupon_use') }} as is_plain
    from source
),

cleaned as (
    select
        {{ clean_fields('coupon_use') }},
        {{ struct_of(raw_columns('coupon_use')) }} as raw_fields,
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
        {{ parse_fields('coupon_use', 'cleaned') }}
    from cleaned
),

judged as (
    select
        parsed.*,
        {{ row_text('parsed.raw_fields', 'coupon_use', 'repeated.use_id') }} as row_text,
        -- docs/rules.md section 3: an unused coupon needs no pay_time and no amounts.
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.use_id is null then 'missing_key'
            when parsed.is_mangled then 'mangled_id'
            when {{ cannot_be_read('parsed.pay_time_text', 'parsed.pay_time') }}
                or (parsed.is_used and parsed.pay_time is null) then 'bad_time'
            when {{ cannot_be_read('parsed.pay_amount_text', 'parsed.pay_amount') }}
                or {{ cannot_be_read('parsed.discount_amount_text', 'parsed.discount_amount') }}
                or (parsed.is_used and parsed.pay_amount + parsed.discount_amount is null)
                then 'bad_amount'
            when parsed.is_used is null then 'bad_flag'
            when parsed.pay_amount = 0.01 or test_consumers.account_id is not null
                then 'test_account'
            when {{ is_unit_suspect(
                'greatest(parsed.pay_amount, parsed.discount_amount)',
                'accepted_sends.price_at_send'
            ) }} then 'unit_suspect'
            when parsed.is_used and {{ discount_is_out_of_rule('parsed.discount_amount') }}
                then 'discount_out_of_rule'
            when accepted_sends.send_id is null and rejected_sends.send_id is null then 'orphan_use'
            when parsed.pay_time < accepted_sends.send_time then 'use_before_send'
        end as reason,
        -- docs/rules.md section 4: valid from send_time to send_time + valid_hours, both ends
        -- included.
        case
            when not parsed.is_used then 'not_used'
            when accepted_sends.send_id is null then 'send_rejected'
            when parsed.pay_time > {{ add_hours(
                'accepted_sends.send_time', 'accepted_sends.valid_hours'
            ) }} then 'expired'
        end as invalid_reason,
        consumers.consumer_key as own_consumer_key,
        cast(accepted_sends.send_time as date) as send_date,
        accepted_sends.consumer_key as send_consumer_key,
        coalesce(accepted_sends.activity_key, 0) as activity_key,
        coalesce(accepted_sends.agent_key, 0) as agent_key,
        coalesce(accepted_sends.product_key, 0) as product_key,
        coalesce(accepted_sends.shop_key, 0) as shop_key
    from parsed
    left join repeated
        on parsed.use_id = repeated.use_id
    left join accepted_sends
        on parsed.send_id = accepted_sends.send_id
    left join rejected_sends
        on parsed.send_id = rejected_sends.send_id
    left join consumers
        on parsed.consumer_id = consumers.consumer_id
    left join test_consumers
        on parsed.consumer_id = test_consumers.account_id
),

final as (
    select
        use_id,
        send_id,
        order_id,
        is_used,
        pay_time,
        pay_amount,
        discount_amount,
        invalid_reason,
        send_date,
        own_consumer_key,
        send_consumer_key,
        activity_key,
        agent_key,
        product_key,
        shop_key,
        source_file,
        source_batch,
        source_line,
        reason,
        row_text,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
)

select * from final
