{{ config(meta={
    'test_id': 'DWD-S07',
    'name_zh': '重复的主键恰好保留一行',
    'expected': '不合格行数 = 0',
}) }}

-- docs/rules.md section 3: same key twice, one row stays. So every duplicate has an accepted row of
-- its key, which like every row of a repeated key has kept its raw row.
with

duplicates as (
    select distinct
        source_table,
        row_key
    from {{ ref('dwd_rejected_row') }}
    where outcome = 'duplicate'
),

accepted_keys as (
    select
        'coupon_send' as source_table,
        send_id as row_key
    from {{ ref('dwd_checked_coupon_send') }}
    where outcome = 'accepted' and raw_row is not null

    union all

    select
        'coupon_use' as source_table,
        use_id as row_key
    from {{ ref('dwd_checked_coupon_use') }}
    where outcome = 'accepted' and raw_row is not null

    union all

    select
        'chat_session' as source_table,
        session_id as row_key
    from {{ ref('dwd_checked_chat_session') }}
    where outcome = 'accepted' and raw_row is not null

    union all

    select
        'activity' as source_table,
        activity_id as row_key
    from {{ ref('dim_activity') }}

    union all

    select
        'agent' as source_table,
        agent_id as row_key
    from {{ ref('dim_agent') }}

    union all

    select
        'product' as source_table,
        product_id as row_key
    from {{ ref('dim_product') }}
)

select
    duplicates.source_table,
    duplicates.row_key
from duplicates
left join accepted_keys
    on duplicates.source_table = accepted_keys.source_table
    and duplicates.row_key = accepted_keys.row_key
where accepted_keys.row_key is null
