with

final as (
    {{ rank_repeated_rows(
        ref('dwd_coupon_send_cleaned'), 'coupon_send',
        [
            'send_time', 'session_id', 'discount_amount', 'valid_hours', 'price_at_send',
            'is_outside_activity', 'is_after_agent_left', 'activity_key', 'agent_key',
            'product_key', 'shop_key', 'consumer_key',
        ]
    ) }}
)

select * from final
