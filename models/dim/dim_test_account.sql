with

accounts as (
    select * from {{ ref('test_account') }}
),

final as (
    select
        account_type,
        account_id,
        description
    from accounts
)

select * from final
