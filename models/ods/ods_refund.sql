with

source as (
    select * from {{ source('ods', 'refund') }}
),

renamed as (
    select
        refund_id,
        use_id,
        refund_amount,
        refund_time,
        refund_status,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
