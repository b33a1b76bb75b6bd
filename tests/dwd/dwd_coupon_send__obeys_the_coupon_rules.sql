{{ config(meta={
    'test_id': 'DWD-S01',
    'name_zh': '已接收的发送满足优惠金额与有效期规则',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 3: 0 < discount_amount <= 5000, a custom amount <= its activity's cap at
-- send_time, 1 <= valid_hours <= 24.
with

coupon_sends as (
    select * from {{ ref('dwd_coupon_send') }}
),

activities as (
    select * from {{ ref('dim_activity_version') }}
)

select
    coupon_sends.send_id,
    coupon_sends.discount_amount,
    coupon_sends.valid_hours,
    activities.activity_type,
    activities.discount_amount as cap
from coupon_sends
inner join activities
    on coupon_sends.activity_id = activities.activity_id
    and {{ holds_at('activities', 'coupon_sends.send_time') }}
where
    not coupon_sends.discount_amount between 0.01 and 5000
    or not coupon_sends.valid_hours between 1 and 24
    or (
        activities.activity_type = '自定义'
        and coupon_sends.discount_amount > activities.discount_amount
    )
