with

activities as (
    select * from {{ ref('dim_activity') }}
),

shops as (
    select * from {{ ref('dim_shop') }}
),

final as (
    select
        activities.activity_id,
        activities.activity_name,
        activities.shop_id,
        shops.shop_name,
        activities.activity_type,
        activities.discount_amount,
        activities.is_stackable,
        activities.counts_as_lowest_price,
        activities.start_time,
        activities.end_time,
        cast(activities.start_time as date) as start_date,
        cast(activities.end_time as date) as end_date,
        cast(
            {{ dbt.datediff('activities.start_time', 'activities.end_time', 'day') }}
            as integer
        ) + 1 as duration_days,
        activities.status
    from activities
    inner join shops
        on activities.shop_id = shops.shop_id
    where activities.activity_id <> 'unknown'
)

select * from final
