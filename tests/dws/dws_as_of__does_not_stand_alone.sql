{{ config(meta={
    'test_id': 'DWS-S01',
    'name_zh': '统计日不孤立：与前一个业务日相距不超过 7 天',
    'expected': '按数据取得的统计日与其前一个有事件的日期相距 ≤ 7 天；明确写出的日期视为已确认',
}) }}

-- docs/rules.md section 5, blocking: one mistyped year must not turn everybody into 流失用户. A date
-- that was written down is meant: a shop closes over the Spring Festival.
with

as_of as (
    select
        as_of_date,
        previous_event_date,
        {{ dbt.datediff('previous_event_date', 'as_of_date', 'day') }}
            as gap_days
    from {{ ref('dws_as_of') }}
    where '{{ as_of_date_basis() }}' = 'latest'
),

-- Hardly ever a row, so that the facts joined to it are hardly ever read.
lonely_days as (
    select * from as_of
    where gap_days > 7
),

coupon_sends as (
    select count(*) as send_count
    from lonely_days
    inner join {{ ref('dwd_coupon_keyed_send') }} as sends
        on lonely_days.as_of_date = sends.send_date
),

coupon_uses as (
    select count(*) as use_count
    from lonely_days
    inner join {{ ref('dwd_coupon_keyed_use') }} as uses
        on lonely_days.as_of_date = uses.pay_date
    where uses.is_valid_use
),

lonely as (
    select
        cast(lonely_days.as_of_date as string) as as_of_date,
        cast(lonely_days.previous_event_date as string) as previous_event_date,
        coupon_sends.send_count,
        coupon_uses.use_count,
        lonely_days.gap_days
    from lonely_days
    cross join coupon_sends
    cross join coupon_uses
)

select
    as_of_date,
    send_count,
    use_count,
    previous_event_date,
    'The latest event day, ' || as_of_date || ', stands alone: it has '
    || cast(send_count as string) || ' send(s) and ' || cast(use_count as string)
    || ' valid use(s), and the event day before it is ' || previous_event_date || ', '
    || cast(gap_days as string) || ' days earlier. If it is right, write as_of_date: ' || as_of_date
    || ' to confirm; if its year or month is mistyped, write as_of_date: ' || previous_event_date
    || ' (in dbt_project.yml or --vars) or mend the file.' as finding
from lonely
