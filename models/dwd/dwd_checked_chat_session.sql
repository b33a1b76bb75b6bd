{{ config(materialized='view') }}

with

final as (
    {{ judge_rows(
        ref('dwd_chat_session_cleaned'), 'chat_session', ['consumer_id']
    ) }}
)

select * from final
