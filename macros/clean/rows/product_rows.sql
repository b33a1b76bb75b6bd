{#
    Every row of ods_product, parsed and judged (docs/rules.md section 3). A macro because dim_product takes the accepted rows,
    dim_product_version those without a reason, and dwd_dimension_row all of them, and none may read another.
#}
{% macro product_rows(ods_product) -%}
    with

    repeated as (
        {{ coupon_rfm.repeated_keys(ods_product, 'product_id') }}
    ),

    cleaned as (
        select
            {{ clean_id('product_id') }} as product_id,
            {{ clean_name('product_name') }} as product_name,
            {{ clean_name('category_name') }} as category_name,
            {{ clean_text('price') }} as price_text,
            {{ clean_text('cost') }} as cost_text,
            {{ clean_id('shop_id') }} as shop_id,
            {{ clean_time('updated_at') }} as updated_at_text,
            {{ struct_of(raw_columns('product')) }} as raw_fields,
            source_file,
            source_batch,
            source_line,
            corrupt_record
        from {{ ods_product }}
    ),

    parsed as (
        select
            *,
            {{ parse_amount('price_text') }} as price,
            {{ parse_amount('cost_text') }} as cost,
            {{ parse_time('updated_at_text') }} as updated_at
        from cleaned
    ),

    judged as (
        select
            parsed.*,
            case
                when corrupt_record is not null then 'unreadable'
                when parsed.product_id is null then 'missing_key'
                when {{ is_mangled_id(['product_id', 'shop_id'], 'parsed') }} then 'mangled_id'
                when {{ cannot_be_read('updated_at_text', 'updated_at') }} then 'bad_time'
                when price is null or {{ cannot_be_read('cost_text', 'cost') }} then 'bad_amount'
            end as reason,
            {{ row_text('raw_fields', 'product', 'repeated.product_id') }} as row_text,
            {{ raw_row('raw_fields', 'corrupt_record') }} as raw_row,
            price as amount_at_stake
        from parsed
        left join repeated
            on parsed.product_id = repeated.product_id
    ),

    checked as (
        {{ judge_rows(
            'judged', 'product_id',
            ['product_name', 'category_name', 'price', 'cost', 'shop_id', 'updated_at', 'source_batch', 'rank_of_key']
        ) }}
    )

    select * from checked
{%- endmacro %}
