with

final as (
    {{ rank_repeated_rows(
        ref('dwd_coupon_use_cleaned'), 'coupon_use',
        [
            'send_id', 'order_id', 'is_used', 'pay_time', 'pay_amount', 'discount_amount',
            'invalid_reason', 'send_date', 'own_consumer_key', 'send_consumer_key',
            'activity_key', 'agent_key', 'product_key', 'shop_key',
        ]
    ) }}
)

select * from final
