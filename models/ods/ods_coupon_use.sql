with

source as (
    select * from {{ source('ods', 'coupon_use') }}
),

renamed as (
    select
        use_id,
        send_id,
        order_id,
        consumer_id,
        is_used,
        pay_time,
        pay_amount,
        discount_amount,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
