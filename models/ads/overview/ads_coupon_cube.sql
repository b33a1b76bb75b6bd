with

cube as (
    select * from {{ ref('dws_coupon_cube_1d') }}
),

final as (
    select
        stat_date,
        shop_id,
        activity_id,
        agent_id,
        user_level,
        send_count,
        use_count,
        redeemed_send_count,
        send_discount_amount,
        discount_amount,
        pay_amount
    from cube
)

select * from final
