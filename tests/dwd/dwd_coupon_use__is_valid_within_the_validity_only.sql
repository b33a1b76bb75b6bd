{{ config(meta={
    'test_id': 'DWD-S03',
    'name_zh': '有效核销恰在有效期内（含两端）',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 4: valid when used, its send is accepted and send_time <= pay_time <=
-- send_time + valid_hours, both ends included. A use that knows the day of its send has it.
with

coupon_uses as (
    select * from {{ ref('dwd_checked_coupon_use') }}
    where outcome = 'accepted'
),

coupon_sends as (
    select
        send_id,
        send_time,
        {{ add_hours('send_time', 'valid_hours') }} as expire_time
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted'
),

judged as (
    select
        coupon_uses.use_id,
        coupon_uses.invalid_reason is null as is_valid_use,
        coupon_uses.send_date is not null and coupon_sends.send_id is null as is_send_missing,
        coalesce(
            coupon_uses.is_used
            and coupon_uses.pay_time between coupon_sends.send_time and coupon_sends.expire_time,
            false
        ) as is_within_validity
    from coupon_uses
    left join coupon_sends
        on coupon_uses.send_id = coupon_sends.send_id
)

select *
from judged
where is_valid_use <> is_within_validity or is_send_missing
