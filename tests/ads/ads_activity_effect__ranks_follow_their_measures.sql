{{ config(meta={
    'test_id': 'ADS-S353',
    'name_zh': '活动与客服的名次按周期内指标从大到小、并列同名次、空值最后',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 5: dense rank within the period, descending, NULL last, among those with
-- enough sends. Recomputed without the others, who therefore cannot take a place.
with

activities as (
    select * from {{ ref('ads_activity_effect') }}
    where send_count >= {{ setting('min_sends_to_rank') }}
),

agents as (
    select * from {{ ref('ads_agent_performance') }}
    where send_count >= {{ setting('min_sends_to_rank') }}
),

ranks as (
    select
        'activity by roi' as ranking,
        period,
        activity_id as ranked_id,
        roi as measure,
        roi_rank as found_rank
    from activities

    union all

    select
        'activity by use_rate' as ranking,
        period,
        activity_id as ranked_id,
        use_rate as measure,
        use_rate_rank as found_rank
    from activities

    union all

    select
        'activity by pay_amount' as ranking,
        period,
        activity_id as ranked_id,
        pay_amount as measure,
        pay_amount_rank as found_rank
    from activities

    union all

    select
        'agent by use_rate' as ranking,
        period,
        agent_id as ranked_id,
        use_rate as measure,
        use_rate_rank as found_rank
    from agents
),

recomputed as (
    select
        ranking,
        period,
        ranked_id,
        measure,
        found_rank,
        dense_rank() over (
            partition by ranking, period
            order by case when measure is null then 1 else 0 end, measure desc nulls last
        ) as expected_rank
    from ranks
)

select
    ranking,
    period,
    ranked_id,
    measure,
    found_rank,
    expected_rank
from recomputed
where found_rank is distinct from expected_rank
