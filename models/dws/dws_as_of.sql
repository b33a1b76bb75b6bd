-- depends_on: {{ ref('dwd_row_outcome') }}
-- whose tests stop the build at a ruined raw table, before anything is counted from it.
with

coupon_sends as (
    select * from {{ ref('dwd_coupon_keyed_send') }}
),

coupon_uses as (
    select * from {{ ref('dwd_coupon_keyed_use') }}
),

event_days as (
    select distinct send_date as event_date
    from coupon_sends

    union

    select distinct pay_date as event_date
    from coupon_uses
    where is_valid_use
),

-- docs/rules.md section 5: latest is the last day with an accepted send or a valid use.
as_of as (
    {% if setting('as_of_date') -%}
    select cast('{{ setting('as_of_date') }}' as date) as as_of_date
    {%- else -%}
    select max(event_date) as as_of_date
    from event_days
    {%- endif %}
),

final as (
    select
        as_of.as_of_date,
        min(event_days.event_date) as first_event_date,
        max(event_days.event_date) as last_event_date,
        max(case
            when event_days.event_date < as_of.as_of_date then event_days.event_date
        end) as previous_event_date
    from as_of
    left join event_days
        on as_of.as_of_date >= event_days.event_date
    group by as_of.as_of_date
)

select * from final
