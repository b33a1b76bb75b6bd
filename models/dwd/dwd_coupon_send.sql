with

coupon_sends as (
    select * from {{ ref('dwd_coupon_send_checked') }}
),

filled_consumers as (
    select * from {{ ref('dwd_send_consumer') }}
),

activities as (
    select * from {{ ref('dim_activity') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

shops as (
    select * from {{ ref('dim_shop') }}
),

consumers as (
    select * from {{ ref('dim_consumer') }}
),

with_ids as (
    select
        coupon_sends.send_id,
        coupon_sends.send_time,
        cast(coupon_sends.send_time as date) as send_date,
        {{ add_hours('coupon_sends.send_time', 'coupon_sends.valid_hours') }} as expire_time,
        coalesce(
            coupon_sends.consumer_id,
            filled_consumers.payer_id,
            filled_consumers.session_consumer_id,
            'unknown'
        ) as consumer_id,
        case
            when coupon_sends.consumer_id is not null then 'send'
            when filled_consumers.payer_id is not null then 'use'
            when filled_consumers.session_consumer_id is not null then 'session'
            else 'unknown'
        end as consumer_id_source,
        coalesce(activities.activity_id, 'unknown') as activity_id,
        coalesce(agents.agent_id, 'unknown') as agent_id,
        coalesce(products.product_id, 'unknown') as product_id,
        coalesce(
            nullif(activities.shop_id, 'unknown'),
            nullif(agents.shop_id, 'unknown'),
            products.shop_id,
            'unknown'
        ) as shop_id,
        coupon_sends.discount_amount,
        coupon_sends.valid_hours,
        coalesce(
            coupon_sends.send_time < activities.start_time
            or coupon_sends.send_time > activities.end_time,
            false
        ) as is_outside_activity,
        coalesce(
            cast(coupon_sends.send_time as date) > agents.leave_date, false
        ) as is_after_agent_left,
        -- What is known of the consumer without the uses, for every as_of_date before
        -- consumer_known_date.
        coalesce(
            coupon_sends.consumer_id, filled_consumers.session_consumer_id, 'unknown'
        ) as consumer_id_at_send,
        case
            when coupon_sends.consumer_id is null and filled_consumers.payer_id is not null
                then filled_consumers.payer_known_date
            else cast(coupon_sends.send_time as date)
        end as consumer_known_date,
        coalesce(activities.activity_key, 0) as activity_key,
        coalesce(agents.agent_key, 0) as agent_key,
        coalesce(products.product_key, 0) as product_key
    from coupon_sends
    left join filled_consumers
        on coupon_sends.send_id = filled_consumers.send_id
    left join activities
        on coupon_sends.activity_id = activities.activity_id
    left join agents
        on coupon_sends.agent_id = agents.agent_id
    left join products
        on coupon_sends.product_id = products.product_id
    where coupon_sends.outcome = 'accepted'
),

final as (
    select
        with_ids.*,
        shops.shop_key,
        consumers.consumer_key,
        consumers_at_send.consumer_key as consumer_key_at_send
    from with_ids
    left join shops
        on with_ids.shop_id = shops.shop_id
    left join consumers
        on with_ids.consumer_id = consumers.consumer_id
    left join consumers as consumers_at_send
        on with_ids.consumer_id_at_send = consumers_at_send.consumer_id
)

select * from final
