{{ config(meta={
    'test_id': 'DWS-230',
    'name_zh': '统计日当天或之前至少有一个事件',
    'expected': '至少有一次已接受的发送或有效核销，不晚于统计日',
}) }}

-- docs/rules.md section 5, blocking: without an event there is nothing to count.
{% set by_the_clock =
    ', which is today by the clock of this machine' if as_of_date_basis() == 'today' else ''
%}
with

as_of as (
    select * from {{ ref('dws_as_of') }}
    where first_event_date is null
),

-- Joined to as_of, which hardly ever has a row here, so that then nothing is read.
event_days as (
    select coupon_sends.send_date as event_date
    from as_of
    cross join {{ ref('dwd_coupon_keyed_send') }} as coupon_sends

    union all

    select coupon_uses.pay_date as event_date
    from as_of
    cross join {{ ref('dwd_coupon_keyed_use') }} as coupon_uses
    where coupon_uses.is_valid_use
),

first_event as (
    select cast(min(event_date) as string) as first_event_date
    from event_days
)

select
    as_of.as_of_date,
    first_event.first_event_date,
    case
        when first_event.first_event_date is null
            then 'There is no accepted send and no valid use at all, so there is nothing to count; '
                || 'dwd.dwd_rejected_row has every row that was not accepted, with its reason.'
        else
            'No event on or before as_of_date ' || cast(as_of.as_of_date as string)
            || '{{ by_the_clock }}: the first accepted send or valid use is of '
            || first_event.first_event_date
            || '. Write as_of_date: latest (in dbt_project.yml or --vars), or a date from '
            || first_event.first_event_date || ' on.'
    end as finding
from as_of
cross join first_event
