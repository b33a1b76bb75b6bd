{%- set codes = raw_table('activity').values_of -%}
{%- set known_types = "'" ~ codes.activity_type | join("', '") ~ "'" -%}
{%- set known_states = "'" ~ codes.status | join("', '") ~ "'" -%}
with

source as (
    select * from {{ ref('ods_activity') }}
),

repeated as (
    {{ repeated_keys(ref('ods_activity'), 'activity_id') }}
),

marked as (
    select
        *,
        {{ is_plain_row('activity') }} as is_plain
    from source
),

cleaned as (
    select
        {{ clean_fields('activity') }},
        {{ struct_of(raw_columns('activity')) }} as raw_fields,
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
        {{ parse_fields('activity', 'cleaned') }}
    from cleaned
),

judged as (
    select
        parsed.*,
        {{ end_or_null('parsed.written_end_time') }} as end_time,
        {{ row_text('parsed.raw_fields', 'activity', 'repeated.activity_id') }} as row_text,
        case
            when parsed.corrupt_record is not null then 'unreadable'
            when parsed.activity_id is null then 'missing_key'
            when parsed.is_mangled then 'mangled_id'
            when parsed.start_time is null or parsed.written_end_time is null
                or {{ cannot_be_read('parsed.updated_at_text', 'parsed.updated_at') }}
                then 'bad_time'
            when parsed.discount_amount is null then 'bad_amount'
            when parsed.is_stackable is null or parsed.counts_as_lowest_price is null
                or coalesce(parsed.activity_type, '') not in ({{ known_types }})
                or coalesce(parsed.status, '') not in ({{ known_states }})
                then 'bad_flag'
            when {{ discount_is_out_of_rule('parsed.discount_amount') }} then 'discount_out_of_rule'
        end as reason
    from parsed
    left join repeated
        on parsed.activity_id = repeated.activity_id
),

with_raw_row as (
    select
        *,
        {{ raw_row('raw_fields', 'corrupt_record', 'coalesce(reason, row_text)') }} as raw_row
    from judged
),

final as (
    {{ judge_rows(
        'with_raw_row', 'activity',
        [
            'activity_name', 'shop_id', 'activity_type', 'discount_amount', 'is_stackable',
            'counts_as_lowest_price', 'start_time', 'end_time', 'status', 'updated_at',
            'source_batch', 'rank_of_key',
        ]
    ) }}
)

select * from final
