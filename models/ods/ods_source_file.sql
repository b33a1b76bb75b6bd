with

source as (
    select * from {{ source('ods', 'source_file') }}
),

renamed as (
    select
        source_table,
        source_file,
        file_format,
        ignored_columns
    from source
)

select * from renamed
