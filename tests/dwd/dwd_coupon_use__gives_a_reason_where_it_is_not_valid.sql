{{ config(meta={
    'test_id': 'DWD-S04',
    'name_zh': '无效核销必有原因，有效核销没有原因',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 4: late or unused ones stay with is_valid_use = false and invalid_reason.
select
    use_id,
    is_valid_use,
    invalid_reason
from {{ ref('dwd_coupon_use') }}
where is_valid_use <> (invalid_reason is null)
