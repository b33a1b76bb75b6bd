{{ config(materialized='view') }}

with

final as (
    {{ judge_rows(
        ref('dwd_coupon_send_cleaned'), 'coupon_send',
        [
            'send_time', 'session_id', 'discount_amount', 'valid_hours', 'price_at_send',
            'is_outside_activity', 'is_after_agent_left', 'activity_key', 'agent_key',
            'product_key', 'shop_key', 'consumer_key',
        ],
        repeated=ref('dwd_repeated_coupon_send')
    ) }}
)

select * from final
