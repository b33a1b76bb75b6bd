with

source as (
    select * from {{ source('ods', 'coupon_send') }}
),

renamed as (
    select
        send_id,
        activity_id,
        agent_id,
        consumer_id,
        product_id,
        send_time,
        discount_amount,
        valid_hours,
        session_id,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
