with

checked_rows as (
    select * from {{ ref('dim_activity_checked') }}
),

activities as (
    select
        activity_id,
        coalesce(activity_name, '未知') as activity_name,
        coalesce(shop_id, 'unknown') as shop_id,
        activity_type,
        discount_amount,
        is_stackable,
        counts_as_lowest_price,
        start_time,
        end_time,
        status,
        outcome,
        rank_of_key,
        updated_at,
        source_batch
    from checked_rows
),

final as (
    {{ dimension_versions(
        'activities', 'activity_id',
        [
            'activity_name', 'shop_id', 'activity_type', 'discount_amount', 'is_stackable',
            'counts_as_lowest_price', 'start_time', 'end_time', 'status',
        ]
    ) }}
)

select * from final
