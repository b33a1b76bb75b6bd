with

checked_rows as (
    select * from {{ ref('dim_activity_checked') }}
),

activities as (
    select
        activity_id,
        cast(row_number() over (order by activity_id) as integer) as activity_key,
        coalesce(activity_name, '未知') as activity_name,
        coalesce(shop_id, 'unknown') as shop_id,
        activity_type,
        discount_amount,
        is_stackable,
        counts_as_lowest_price,
        start_time,
        end_time,
        status
    from checked_rows
    where outcome = 'accepted'
),

unknown_member as (
    select
        'unknown' as activity_id,
        0 as activity_key,
        '未知' as activity_name,
        'unknown' as shop_id,
        '未知' as activity_type,
        cast(null as decimal(18, 2)) as discount_amount,
        cast(null as boolean) as is_stackable,
        cast(null as boolean) as counts_as_lowest_price,
        cast(null as timestamp) as start_time,
        cast(null as timestamp) as end_time,
        '未知' as status
),

final as (
    select * from activities
    union all
    select * from unknown_member
)

select * from final
