with

source as (
    select * from {{ source('ods', 'shop_order') }}
),

renamed as (
    select
        order_id,
        consumer_id,
        shop_id,
        pay_time,
        pay_amount,
        order_status,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
