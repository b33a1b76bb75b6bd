{{ config(meta={
    'test_id': 'ADS-S05',
    'name_zh': '比率等于合计之比，且不封顶',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: rates and ROI are sum(numerator) / sum(denominator), NULL when the
-- denominator is 0, never capped and never an average: |rate * denominator - numerator| stays
-- within the rounding of 6 decimals.
select
    period,
    send_count,
    use_count,
    use_rate,
    discount_amount,
    pay_amount,
    roi
from {{ ref('ads_overview_non_layered') }}
where
    (send_count = 0) <> (use_rate is null)
    or (discount_amount = 0) <> (roi is null)
    or abs(use_rate * send_count - use_count) > 0.0000005 * send_count
    or abs(roi * discount_amount - pay_amount) > 0.0000005 * discount_amount
