with

source as (
    select * from {{ ref('ods_product') }}
),

repeated as (
    {{ repeated_keys(ref('ods_product'), 'product_id') }}
),

marked as (
    select
        *,
        {{ is_plain_row('product') }} as is_plain
    from source
),

cleaned as (
    select
        {{ clean_fields('product') }},
        {{ struct_of(raw_columns('product')) }} as raw_fields,
        source_file,
        source_batch,
        source_line,
        corrupt_record,
        is_plain
    from marked
),

parsed as (
    select
        *,
        {{ parse_fields('product', 'cleaned') }}
    from cleaned
),

judged as (
    select
        parsed.*,
        {{ row_text('parsed.raw_fields', 'product', 'repeated.product_id') }} as row_text,
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.product_id is null then 'missing_key'
            when parsed.is_mangled then 'mangled_id'
            when {{ cannot_be_read('parsed.updated_at_text', 'parsed.updated_at') }} then 'bad_time'
            when parsed.price is null or {{ cannot_be_read('parsed.cost_text', 'parsed.cost') }}
                then 'bad_amount'
        end as reason
    from parsed
    left join repeated
        on parsed.product_id = repeated.product_id
),

with_raw_row as (
    select
        *,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
),

final as (
    {{ judge_rows(
        'with_raw_row', 'product',
        [
            'product_name', 'category_name', 'price', 'cost', 'shop_id', 'updated_at',
            'source_batch', 'rank_of_key',
        ]
    ) }}
)

select * from final
