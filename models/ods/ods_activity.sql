with

source as (
    select * from {{ source('ods', 'activity') }}
),

renamed as (
    select
        activity_id,
        activity_name,
        shop_id,
        activity_type,
        discount_amount,
        is_stackable,
        counts_as_lowest_price,
        start_time,
        end_time,
        status,
        updated_at,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
