{{ config(materialized='view') }}

with

cleaned as (
    select * from {{ ref('dwd_coupon_send_cleaned') }}
),

final as (
    {{ judge_rows(
        'cleaned', 'send_id',
        [
            'activity_id', 'agent_id', 'consumer_id', 'product_id', 'session_id', 'send_time',
            'discount_amount', 'valid_hours',
        ],
        has_updated_at=false
    ) }}
)

select * from final
