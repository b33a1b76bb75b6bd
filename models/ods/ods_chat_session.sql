with

source as (
    select * from {{ source('ods', 'chat_session') }}
),

renamed as (
    select
        session_id,
        consumer_id,
        agent_id,
        start_time,
        end_time,
        first_reply_seconds,
        is_inquiry,
        source_file,
        source_batch,
        source_line,
        corrupt_record
    from source
)

select * from renamed
