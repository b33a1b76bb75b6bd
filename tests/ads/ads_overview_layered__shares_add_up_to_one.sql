{{ config(meta={
    'test_id': 'ADS-S04',
    'name_zh': '各分层占比合计为 1',
    'expected': '占比合计 = 1（四舍五入误差 ≤ 0.000003）',
}) }}

-- Shares of one period are parts of one whole; each is rounded to 6 decimals, so five of them miss
-- 1 by 0.000003 at the most.
select
    period,
    sum(send_share) as send_share,
    sum(use_share) as use_share,
    sum(pay_amount_share) as pay_amount_share
from {{ ref('ads_overview_layered') }}
group by period
having
    sum(send_share) not between 0.999997 and 1.000003
    or sum(use_share) not between 0.999997 and 1.000003
    or sum(pay_amount_share) not between 0.999997 and 1.000003
