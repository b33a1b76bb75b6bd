{{ config(meta={
    'test_id': 'ADS-S02',
    'name_zh': '不分层总览恰有 4 个周期',
    'expected': '行数 = 4',
}) }}

-- docs/contract.md section 4: ads_overview_non_layered always has its 4 rows.
select count(*) as row_count
from {{ ref('ads_overview_non_layered') }}
having count(*) <> 4 or count(distinct period) <> 4
