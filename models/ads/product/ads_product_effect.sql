with

effects as (
    select * from {{ ref('dws_coupon_effect') }}
    where breakdown = 'product'
),

products as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        effects.stat_date,
        effects.period,
        products.product_id,
        products.product_name,
        products.category_name,
        {{ measures('effects') }}
    from effects
    inner join products
        on effects.product_key = products.product_key
)

select * from final
