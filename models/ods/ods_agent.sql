with

source as (
    select * from {{ source('ods', 'agent') }}
),

renamed as (
    select
        agent_id,
        agent_name,
        shop_id,
        shop_name,
        hire_date,
        leave_date,
        updated_at,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
