{#
    Every row of ods_activity, parsed and judged (docs/rules.md section 3). A macro because dim_activity takes the accepted rows,
    dim_activity_version those without a reason, and dwd_dimension_row all of them, and none may read another.
#}
{% macro activity_rows(ods_activity) -%}
    with

    repeated as (
        {{ coupon_rfm.repeated_keys(ods_activity, 'activity_id') }}
    ),

    cleaned as (
        select
            {{ clean_id('activity_id') }} as activity_id,
            {{ clean_name('activity_name') }} as activity_name,
            {{ clean_id('shop_id') }} as shop_id,
            {{ clean_text('activity_type') }} as activity_type,
            {{ clean_text('discount_amount') }} as discount_amount_text,
            {{ clean_text('is_stackable') }} as is_stackable_text,
            {{ clean_text('counts_as_lowest_price') }} as counts_as_lowest_price_text,
            {{ clean_time('start_time') }} as start_time_text,
            {{ clean_time('end_time') }} as end_time_text,
            {{ clean_text('status') }} as status,
            {{ clean_time('updated_at') }} as updated_at_text,
            {{ struct_of(raw_columns('activity')) }} as raw_fields,
            source_file,
            source_batch,
            source_line,
            corrupt_record
        from {{ ods_activity }}
    ),

    parsed as (
        select
            *,
            {{ parse_amount('discount_amount_text') }} as discount_amount,
            {{ parse_flag('is_stackable_text') }} as is_stackable,
            {{ parse_flag('counts_as_lowest_price_text') }} as counts_as_lowest_price,
            {{ parse_time('start_time_text') }} as start_time,
            {{ parse_time('end_time_text', is_end=true) }} as written_end_time,
            {{ parse_time('updated_at_text') }} as updated_at
        from cleaned
    ),

    judged as (
        select
            parsed.*,
            {{ end_or_null('written_end_time') }} as end_time,
            case
                when corrupt_record is not null then 'unreadable'
                when parsed.activity_id is null then 'missing_key'
                when {{ is_mangled_id(['activity_id', 'shop_id'], 'parsed') }} then 'mangled_id'
                when start_time is null or written_end_time is null
                    or {{ cannot_be_read('updated_at_text', 'updated_at') }} then 'bad_time'
                when discount_amount is null then 'bad_amount'
                when is_stackable is null or counts_as_lowest_price is null
                    or coalesce(activity_type, '') not in ('固定', '自定义')
                    or coalesce(status, '') not in ('未开始', '进行中', '已暂停', '已结束') then 'bad_flag'
                when {{ discount_is_out_of_rule('discount_amount') }} then 'discount_out_of_rule'
            end as reason,
            {{ row_text('raw_fields', 'activity', 'repeated.activity_id') }} as row_text,
            {{ raw_row('raw_fields', 'corrupt_record') }} as raw_row,
            discount_amount as amount_at_stake
        from parsed
        left join repeated
            on parsed.activity_id = repeated.activity_id
    ),

    checked as (
        {{ judge_rows(
            'judged', 'activity_id',
            ['activity_name', 'shop_id', 'activity_type', 'discount_amount', 'is_stackable', 'counts_as_lowest_price',
             'start_time', 'end_time', 'status', 'updated_at', 'source_batch', 'rank_of_key']
        ) }}
    )

    select * from checked
{%- endmacro %}
