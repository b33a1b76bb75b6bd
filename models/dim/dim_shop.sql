with

activity_rows as (
    {{ activity_rows(ref('ods_activity')) }}
),

agent_rows as (
    {{ agent_rows(ref('ods_agent'), ref('test_account')) }}
),

product_rows as (
    {{ product_rows(ref('ods_product')) }}
),

shop_mentions as (
    select
        shop_id,
        shop_name,
        updated_at
    from agent_rows
    where outcome = 'accepted'

    union all

    select
        shop_id,
        cast(null as string) as shop_name,
        cast(null as timestamp) as updated_at
    from activity_rows
    where outcome = 'accepted'

    union all

    select
        shop_id,
        cast(null as string) as shop_name,
        cast(null as timestamp) as updated_at
    from product_rows
    where outcome = 'accepted'
),

-- Only agents carry a shop's name; after a rename the newest one is right.
newest_names as (
    select
        shop_id,
        shop_name,
        row_number() over (
            partition by shop_id
            order by
                case when shop_name is null then 1 else 0 end,
                updated_at desc nulls last,
                shop_name desc nulls last
        ) as name_rank
    from shop_mentions
    where shop_id is not null
),

final as (
    select
        shop_id,
        coalesce(shop_name, '未知') as shop_name
    from newest_names
    where name_rank = 1

    union all

    select
        'unknown' as shop_id,
        '未知' as shop_name
)

select * from final
