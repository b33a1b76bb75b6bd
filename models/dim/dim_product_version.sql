with

checked_rows as (
    select * from {{ ref('dim_product_checked') }}
),

products as (
    select
        product_id,
        coalesce(product_name, '未知') as product_name,
        coalesce(category_name, '未知') as category_name,
        price,
        cost,
        coalesce(shop_id, 'unknown') as shop_id,
        outcome,
        rank_of_key,
        updated_at,
        source_batch
    from checked_rows
),

final as (
    {{ dimension_versions(
        'products', 'product_id', ['product_name', 'category_name', 'price', 'cost', 'shop_id']
    ) }}
)

select * from final
