with

coupon_sends as (
    select * from {{ ref('ods_coupon_send') }}
),

coupon_uses as (
    select * from {{ ref('ods_coupon_use') }}
),

chat_sessions as (
    select * from {{ ref('ods_chat_session') }}
),

raw_ids as (
    select consumer_id from coupon_sends
    union
    select consumer_id from coupon_uses
    union
    select consumer_id from chat_sessions
),

consumer_ids as (
    select distinct {{ clean_id('consumer_id') }} as consumer_id
    from raw_ids
),

final as (
    select
        consumer_ids.consumer_id,
        cast(row_number() over (order by consumer_ids.consumer_id) as integer) as consumer_key,
        consumer_ids.consumer_id as consumer_name
    from consumer_ids
    where
        consumer_ids.consumer_id is not null
        and not {{ is_mangled_id(['consumer_id'], 'consumer_ids') }}

    union all

    select
        'unknown' as consumer_id,
        0 as consumer_key,
        '未知' as consumer_name
)

select * from final
