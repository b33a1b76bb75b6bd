with

agents as (
    select * from {{ ref('ods_agent') }}
),

activities as (
    select * from {{ ref('ods_activity') }}
),

products as (
    select * from {{ ref('ods_product') }}
),

shop_mentions as (
    select
        {{ clean_id('shop_id') }} as shop_id,
        {{ clean_name('shop_name') }} as shop_name,
        {{ clean_time('updated_at') }} as updated_at_text
    from agents

    union all

    select
        {{ clean_id('shop_id') }} as shop_id,
        cast(null as string) as shop_name,
        cast(null as string) as updated_at_text
    from activities

    union all

    select
        {{ clean_id('shop_id') }} as shop_id,
        cast(null as string) as shop_name,
        cast(null as string) as updated_at_text
    from products
),

-- Only agents carry a shop's name; after a rename the newest one is right.
newest_names as (
    select
        shop_mentions.shop_id,
        shop_mentions.shop_name,
        row_number() over (
            partition by shop_mentions.shop_id
            order by
                case when shop_mentions.shop_name is null then 1 else 0 end,
                {{ parse_time('shop_mentions.updated_at_text') }} desc nulls last,
                shop_mentions.shop_name desc nulls last
        ) as name_rank
    from shop_mentions
    where shop_mentions.shop_id is not null
),

final as (
    select
        newest_names.shop_id,
        cast(row_number() over (order by newest_names.shop_id) as integer) as shop_key,
        coalesce(newest_names.shop_name, '未知') as shop_name
    from newest_names
    where newest_names.name_rank = 1 and not {{ is_mangled_id(['shop_id'], 'newest_names') }}

    union all

    select
        'unknown' as shop_id,
        0 as shop_key,
        '未知' as shop_name
)

select * from final
