{{ config(meta={
    'test_id': 'ADS-S08',
    'name_zh': '同期群核销率不超过 100%',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: a day's redemption rate may exceed 100 %, the cohort rate (redeemed
-- sends / sends) never does.
select
    stat_date,
    period,
    cohort_use_rate
from {{ ref('ads_trend') }}
where cohort_use_rate > 1
