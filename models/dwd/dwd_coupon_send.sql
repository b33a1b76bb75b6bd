{{ config(materialized='view') }}

with

-- Nearly all sends have a consumer of their own, and are read without a join.
own_consumers as (
    select
        *,
        consumer_key as known_consumer_key,
        'send' as consumer_id_source,
        consumer_key as consumer_key_at_send,
        cast(send_time as date) as consumer_known_date
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted' and consumer_key is not null
),

filled_consumers as (
    select
        coupon_sends.*,
        filled.consumer_key as known_consumer_key,
        filled.consumer_id_source,
        filled.consumer_key_at_send,
        filled.consumer_known_date
    from {{ ref('dwd_checked_coupon_send') }} as coupon_sends
    inner join {{ ref('dwd_send_consumer') }} as filled
        on coupon_sends.send_id = filled.send_id
    where coupon_sends.outcome = 'accepted' and coupon_sends.consumer_key is null
),

coupon_sends as (
    select * from own_consumers
    union all
    select * from filled_consumers
),

consumers as (
    {{ ids_by_key(ref('dim_consumer'), 'consumer') }}
),

activities as (
    {{ ids_by_key(ref('dim_activity'), 'activity') }}
),

agents as (
    {{ ids_by_key(ref('dim_agent'), 'agent') }}
),

products as (
    {{ ids_by_key(ref('dim_product'), 'product') }}
),

shops as (
    {{ ids_by_key(ref('dim_shop'), 'shop') }}
),

final as (
    select
        coupon_sends.send_id,
        coupon_sends.send_time,
        cast(coupon_sends.send_time as date) as send_date,
        {{ add_hours('coupon_sends.send_time', 'coupon_sends.valid_hours') }} as expire_time,
        consumers.consumer_id,
        coupon_sends.consumer_id_source,
        activities.activity_id,
        agents.agent_id,
        products.product_id,
        shops.shop_id,
        coupon_sends.discount_amount,
        coupon_sends.valid_hours,
        coupon_sends.is_outside_activity,
        coupon_sends.is_after_agent_left,
        coupon_sends.consumer_known_date,
        coupon_sends.activity_key,
        coupon_sends.agent_key,
        coupon_sends.product_key,
        coupon_sends.shop_key,
        coupon_sends.known_consumer_key as consumer_key,
        coupon_sends.consumer_key_at_send
    from coupon_sends
    left join consumers
        on coupon_sends.known_consumer_key = consumers.consumer_key
    left join activities
        on coupon_sends.activity_key = activities.activity_key
    left join agents
        on coupon_sends.agent_key = agents.agent_key
    left join products
        on coupon_sends.product_key = products.product_key
    left join shops
        on coupon_sends.shop_key = shops.shop_key
)

select * from final
