{{ config(meta={
    'test_id': 'DWS-S02',
    'name_zh': '统计日之后的事件不存在',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: events after as_of_date do not exist. Every event has its day in the
-- cube.
select
    daily_cube.stat_date,
    as_of.as_of_date
from {{ ref('dws_coupon_cube_1d') }} as daily_cube
inner join {{ ref('dws_as_of') }} as as_of
    on daily_cube.stat_date > as_of.as_of_date
