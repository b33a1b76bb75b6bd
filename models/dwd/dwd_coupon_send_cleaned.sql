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
        today.start_time,
        today.end_time,
        nullif(shops.shop_key, 0) as shop_key
    from {{ ref('dim_activity_version') }} as versions
    inner join {{ ref('dim_activity') }} as today
        on versions.activity_id = today.activity_id
    left join {{ ref('dim_shop') }} as shops
        on today.shop_id = shops.shop_id
),

products as (
    select
        versions.product_id,
        versions.valid_from,
        versions.valid_to,
        versions.price as price_at_send,
        today.product_key,
        shops.shop_key
    from {{ ref('dim_product_version') }} as versions
    inner join {{ ref('dim_product') }} as today
        on versions.product_id = today.product_id
    left join {{ ref('dim_shop') }} as shops
        on today.shop_id = shops.shop_id
),

agents as (
    select
        members.agent_id,
        members.agent_key,
        members.leave_date,
        nullif(shops.shop_key, 0) as shop_key
    from {{ ref('dim_agent') }} as members
    left join {{ ref('dim_shop') }} as shops
        on members.shop_id = shops.shop_id
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
        coalesce(activities.activity_key, 0) as activity_key,
        coalesce(agents.agent_key, 0) as agent_key,
        coalesce(products.product_key, 0) as product_key,
        -- docs/rules.md section 4: the shop of its activity, else its agent, else its product.
        coalesce(
            activities.shop_key, agents.shop_key, products.shop_key, 0
        ) as shop_key,
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
        send_id,
        send_time,
        case when consumer_id is null then session_id end as session_id,
        discount_amount,
        valid_hours,
        price_at_send,
        is_outside_activity,
        is_after_agent_left,
        activity_key,
        agent_key,
        product_key,
        shop_key,
        consumer_key,
        source_file,
        source_batch,
        source_line,
        reason,
        row_text,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
)

select * from final
