with

source as (
    select * from {{ ref('ods_coupon_send') }}
),

activities as (
    select
        versions.activity_id,
        versions.valid_from,
        versions.valid_to,
        versions.activity_type as type_at_send,
        versions.discount_amount as cap_at_send,
        today.activity_key,
        today.shop_id,
        today.start_time,
        today.end_time
    from {{ ref('dim_activity_version') }} as versions
    inner join {{ ref('dim_activity') }} as today
        on versions.activity_id = today.activity_id
),

products as (
    select
        versions.product_id,
        versions.valid_from,
        versions.valid_to,
        versions.price as price_at_send,
        today.product_key,
        today.shop_id
    from {{ ref('dim_product_version') }} as versions
    inner join {{ ref('dim_product') }} as today
        on versions.product_id = today.product_id
),

agents as (
    select * from {{ ref('dim_agent') }}
),

shops as (
    select * from {{ ref('dim_shop') }}
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

test_accounts as (
    select * from {{ ref('dim_test_account') }}
),

repeated as (
    {{ repeated_keys(ref('ods_coupon_send'), 'send_id') }}
),

marked as (
    select
        *,
        {{ is_plain_row('coupon_send') }} as is_plain
    from source
),

cleaned as (
    select
        {{ clean_fields('coupon_send') }},
        {{ struct_of(raw_columns('coupon_send')) }} as raw_fields,
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
        {{ parse_fields('coupon_send', 'cleaned') }}
    from cleaned
),

judged as (
    select
        parsed.*,
        {{ row_text('parsed.raw_fields', 'coupon_send', 'repeated.send_id') }} as row_text,
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.send_id is null then 'missing_key'
            when parsed.is_mangled then 'mangled_id'
            when parsed.send_time is null then 'bad_time'
            when parsed.discount_amount is null then 'bad_amount'
            when coalesce(test_consumers.account_id, test_agents.account_id) is not null
                then 'test_account'
            when {{ is_unit_suspect('parsed.discount_amount', 'products.price_at_send') }}
                then 'unit_suspect'
            when {{ discount_is_out_of_rule('parsed.discount_amount') }}
                or parsed.discount_amount >= nullif(products.price_at_send, 0)
                or (
                    activities.type_at_send = '自定义'
                    and parsed.discount_amount > activities.cap_at_send
                )
                then 'discount_out_of_rule'
            -- docs/rules.md section 3: 1 <= valid_hours <= 24.
            when coalesce(parsed.valid_hours, 0) not between 1 and 24 then 'validity_out_of_rule'
        end as reason,
        products.price_at_send,
        coalesce(activities.activity_id, 'unknown') as known_activity_id,
        coalesce(agents.agent_id, 'unknown') as known_agent_id,
        coalesce(products.product_id, 'unknown') as known_product_id,
        coalesce(
            nullif(activities.shop_id, 'unknown'),
            nullif(agents.shop_id, 'unknown'),
            products.shop_id,
            'unknown'
        ) as shop_id,
        coalesce(activities.activity_key, 0) as activity_key,
        coalesce(agents.agent_key, 0) as agent_key,
        coalesce(products.product_key, 0) as product_key,
        consumers.consumer_key,
        coalesce(
            parsed.send_time < activities.start_time or parsed.send_time > activities.end_time,
            false
        ) as is_outside_activity,
        coalesce(cast(parsed.send_time as date) > agents.leave_date, false) as is_after_agent_left
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
    left join agents
        on parsed.agent_id = agents.agent_id
    left join consumers
        on parsed.consumer_id = consumers.consumer_id
    left join test_accounts as test_consumers
        on parsed.consumer_id = test_consumers.account_id
        and test_consumers.account_type = 'consumer'
    left join test_accounts as test_agents
        on parsed.agent_id = test_agents.account_id
        and test_agents.account_type = 'agent'
),

final as (
    select
        judged.send_id,
        judged.send_time,
        judged.consumer_id,
        case when judged.consumer_id is null then judged.session_id end as session_id,
        judged.known_activity_id as activity_id,
        judged.known_agent_id as agent_id,
        judged.known_product_id as product_id,
        judged.shop_id,
        judged.discount_amount,
        judged.valid_hours,
        judged.price_at_send,
        judged.is_outside_activity,
        judged.is_after_agent_left,
        judged.activity_key,
        judged.agent_key,
        judged.product_key,
        shops.shop_key,
        judged.consumer_key,
        judged.source_file,
        judged.source_batch,
        judged.source_line,
        judged.reason,
        judged.row_text,
        {{ raw_row(
            'judged.raw_fields', 'corrupt_record', 'coalesce(judged.reason, judged.row_text)'
        ) }} as raw_row
    from judged
    left join shops
        on judged.shop_id = shops.shop_id
)

select * from final
