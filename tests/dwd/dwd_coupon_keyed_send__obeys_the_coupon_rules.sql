{{ config(meta={
    'test_id': 'DWD-S01',
    'name_zh': '已接收的发送满足优惠金额与有效期规则，买家与其来源一致，必填列不为空',
    'expected': '不合格行数 = 0',
}) }}

-- One scan for every rule of a send. docs/rules.md section 3: 0 < discount_amount <= 5000, a custom
-- amount <= its activity's cap at send_time, 1 <= valid_hours <= 24. Section 4: expire_time is
-- send_time + valid_hours; a missing consumer is filled from the use, else from the chat session,
-- else it is unknown, and the source says so. None of these is NULL.
with

coupon_sends as (
    select * from {{ ref('dwd_coupon_keyed_send') }}
),

custom_activities as (
    select
        activities.activity_key,
        versions.discount_amount as cap,
        versions.valid_from,
        versions.valid_to
    from {{ ref('dim_activity_version') }} as versions
    inner join {{ ref('dim_activity') }} as activities
        on versions.activity_id = activities.activity_id
    where versions.activity_type = '自定义'
),

judged as (
    select
        coupon_sends.send_id,
        coupon_sends.send_time,
        coupon_sends.discount_amount,
        custom_activities.cap,
        coupon_sends.valid_hours,
        coupon_sends.consumer_id_source,
        coupon_sends.consumer_known_date,
        coalesce(
            coupon_sends.discount_amount between 0.01 and 5000
            and coupon_sends.discount_amount <= coalesce(custom_activities.cap, 5000),
            false
        ) as is_amount_right,
        coalesce(
            coupon_sends.valid_hours between 1 and 24
            and coupon_sends.send_date = cast(coupon_sends.send_time as date)
            and coupon_sends.expire_time > coupon_sends.send_time
            and coupon_sends.expire_time <= {{ add_hours('coupon_sends.send_time', '24') }},
            false
        ) as is_time_right,
        coalesce(
            coupon_sends.consumer_id_source in ('send', 'use', 'session', 'unknown')
            and (coupon_sends.consumer_key = 0) = (coupon_sends.consumer_id_source = 'unknown')
            and (
                coupon_sends.consumer_id_source not in ('send', 'session')
                or coupon_sends.consumer_key = coupon_sends.consumer_key_at_send
            )
            and case
                when coupon_sends.consumer_id_source = 'use'
                    then coupon_sends.consumer_known_date >= coupon_sends.send_date
                else coupon_sends.consumer_known_date = coupon_sends.send_date
            end,
            false
        ) as is_consumer_right,
        coupon_sends.is_outside_activity is not null
        and coupon_sends.is_after_agent_left is not null as is_flagged
    from coupon_sends
    left join custom_activities
        on coupon_sends.activity_key = custom_activities.activity_key
        and {{ holds_at('custom_activities', 'coupon_sends.send_time') }}
)

select *
from judged
where not (is_amount_right and is_time_right and is_consumer_right and is_flagged)
