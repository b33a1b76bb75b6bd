"""The floor: the core job in DuckDB by hand, one typed table after the other, no check at all."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

JOB = """
create temp table sends as
select send_id, consumer_id, activity_id, agent_id, send_time::timestamp as send_time,
    valid_hours::integer as valid_hours
from read_parquet('{raw}/coupon_send.parquet');

create temp table uses as
select sends.consumer_id as sent_to, sends.activity_id, sends.agent_id,
    used.consumer_id, used.pay_time::date as pay_date, used.pay_amount, used.discount_amount
from (
    select send_id, consumer_id, pay_time::timestamp as pay_time,
        pay_amount::decimal(18, 2) as pay_amount, discount_amount::decimal(18, 2) as discount_amount
    from read_parquet('{raw}/coupon_use.parquet')
    where is_used = '是'
) as used
inner join sends using (send_id)
where used.pay_time between sends.send_time and sends.send_time + to_hours(sends.valid_hours);

create temp table levels as
with today as (
    select greatest((select max(send_time)::date from sends), (select max(pay_date) from uses)) as d
),
paid as (
    select consumer_id, max(pay_date) as last_date,
        count(*) filter (where pay_date > d - 365) as f,
        sum(pay_amount) filter (where pay_date > d - 365) as m
    from uses, today
    group by 1
),
rfm as (
    select consumer_id, coalesce(d - last_date, 999) as r, coalesce(f, 0) as f, coalesce(m, 0) as m
    from (select consumer_id from sends union select consumer_id from uses)
    left join paid using (consumer_id), today
),
scored as (
    select *,
        case when r <= 7 then 5 when r <= 30 then 4 when r <= 90 then 3
            when r <= 180 then 2 else 1 end
        + case when f >= 10 then 5 when f >= 5 then 4 when f >= 3 then 3
            when f >= 1 then 2 else 1 end
        + case when m >= 10000 then 5 when m >= 5000 then 4 when m >= 1000 then 3
            when m >= 100 then 2 else 1 end as total
    from rfm
)
select consumer_id, f, m,
    (
        case when total > 12 then '高价值用户' when total > 8 then '潜力用户'
        when total > 5 then '一般用户' else '流失用户' end
    )::enum('高价值用户', '潜力用户', '一般用户', '流失用户') as user_level
from scored;

create temp table sent as
select send_time::date as day, activity_id, agent_id, user_level, count(*) as send_count
from sends inner join levels using (consumer_id)
group by grouping sets ((1, 4), (2, 4), (3, 4));

create temp table used as
select pay_date as day, activity_id, agent_id, user_level, count(*) as use_count,
    sum(pay_amount) as pay_amount, sum(discount_amount) as discount_amount
from uses inner join levels on uses.sent_to = levels.consumer_id
group by grouping sets ((1, 4), (2, 4), (3, 4));

copy (
    select 'segment' as part, '' as key, user_level::varchar as user_level,
        count(*) as first_count, sum(f) as second_count, sum(m) as first_amount, 0 as second_amount
    from levels
    group by user_level
    union all
    select part, key, coalesce(user_level::varchar, ''), sum(send_count), sum(use_count),
        sum(pay_amount), sum(discount_amount)
    from (
        select
            case when day is not null then 'day' when activity_id is not null then 'activity'
                else 'agent' end as part,
            coalesce(day::varchar, activity_id, agent_id) as key,
            user_level, send_count, 0 as use_count, 0 as pay_amount, 0 as discount_amount
        from sent
        union all
        select
            case when day is not null then 'day' when activity_id is not null then 'activity'
                else 'agent' end,
            coalesce(day::varchar, activity_id, agent_id),
            user_level, 0, use_count, pay_amount, discount_amount
        from used
    )
    group by grouping sets ((part, key), (part, key, user_level))
) to '{out}' (header)
"""


def main(raw: Path, out: Path) -> None:
    """Run the job."""
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(JOB.format(raw=raw, out=out))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
