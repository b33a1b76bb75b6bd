{{ config(meta={
    'test_id': 'ADS-S14',
    'name_zh': '发送次数不足的活动与客服没有名次',
    'expected': '不合格行数 = 0',
}) }}

-- docs/contract.md section 5: activities and agents under vars.min_sends_to_rank sends have a NULL
-- rank, all others have one.
select
    'activity' as ranked_by,
    activity_id as ranked_id,
    period,
    send_count,
    use_rate_rank
from {{ ref('ads_activity_effect') }}
where (send_count < {{ setting('min_sends_to_rank') }}) <> (use_rate_rank is null)

union all

select
    'agent' as ranked_by,
    agent_id as ranked_id,
    period,
    send_count,
    use_rate_rank
from {{ ref('ads_agent_performance') }}
where (send_count < {{ setting('min_sends_to_rank') }}) <> (use_rate_rank is null)
