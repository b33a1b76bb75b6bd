{{ config(meta={
    'test_id': 'DWD-S06',
    'name_zh': '未使用的券可以没有支付信息，已使用的必须有',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 3: pay_time and pay_amount may be empty where is_used = 否, and only there.
select
    use_id,
    pay_time,
    pay_amount,
    discount_amount
from {{ ref('dwd_coupon_use') }}
where is_used and (pay_time is null or pay_amount is null or discount_amount is null)
