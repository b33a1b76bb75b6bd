{{ config(materialized='view') }}

with

cleaned as (
    select * from {{ ref('dwd_coupon_use_cleaned') }}
),

final as (
    {{ judge_rows(
        'cleaned', 'use_id',
        [
            'send_id', 'order_id', 'consumer_id', 'is_used', 'pay_time', 'pay_amount',
            'discount_amount', 'is_send_rejected',
        ],
        has_updated_at=false
    ) }}
)

select * from final
