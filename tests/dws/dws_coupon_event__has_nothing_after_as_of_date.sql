{{ config(meta={
    'test_id': 'DWS-S02',
    'name_zh': '统计日之后的事件不存在',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 5: events after as_of_date do not exist.
select
    events.event_date,
    as_of.as_of_date
from {{ ref('dws_coupon_event') }} as events
inner join {{ ref('dws_as_of') }} as as_of
    on events.event_date > as_of.as_of_date
