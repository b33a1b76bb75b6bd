with

checked_rows as (
    select * from {{ ref('dim_product_checked') }}
),

products as (
    select
        product_id,
        cast(row_number() over (order by product_id) as integer) as product_key,
        coalesce(product_name, '未知') as product_name,
        coalesce(category_name, '未知') as category_name,
        price,
        cost,
        coalesce(shop_id, 'unknown') as shop_id
    from checked_rows
    where outcome = 'accepted'
),

unknown_member as (
    select
        'unknown' as product_id,
        0 as product_key,
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
