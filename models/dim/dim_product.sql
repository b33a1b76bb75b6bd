with

product_rows as (
    {{ product_rows(ref('ods_product')) }}
),

products as (
    select
        product_id,
        coalesce(product_name, '未知') as product_name,
        coalesce(category_name, '未知') as category_name,
        price,
        cost,
        coalesce(shop_id, 'unknown') as shop_id
    from product_rows
    where outcome = 'accepted'
),

unknown_member as (
    select
        'unknown' as product_id,
        '未知' as product_name,
        '未知' as category_name,
        cast(null as decimal(18, 2)) as price,
        cast(null as decimal(18, 2)) as cost,
        'unknown' as shop_id
),

final as (
    select * from products
    union all
    select * from unknown_member
)

select * from final
