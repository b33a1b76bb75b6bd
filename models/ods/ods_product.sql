with

source as (
    select * from {{ source('ods', 'product') }}
),

renamed as (
    select
        product_id,
        product_name,
        category_name,
        price,
        cost,
        shop_id,
        updated_at,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
