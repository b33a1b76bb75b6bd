{{ config(meta={
    'test_id': 'DWD-S05',
    'name_zh': '有效核销发生在发送当日或次日',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 4: because validity is at most 24 h, uses(D) = uses from sends of D + uses
-- from sends of D-1, exactly.
select
    use_id,
    send_date,
    pay_date
from {{ ref('dwd_coupon_use') }}
where
    is_valid_use
    and
    {{ dbt.datediff('send_date', 'pay_date', 'day') }}
    not between 0 and 1
