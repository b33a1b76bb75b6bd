with

dimension_rows as (
    select * from {{ ref('dwd_dimension_row') }}
),

coupon_sends as (
    select * from {{ ref('dwd_coupon_send_checked') }}
),

coupon_uses as (
    select * from {{ ref('dwd_coupon_use_checked') }}
),

optional_rows as (
    select * from {{ ref('dwd_optional_row') }}
),

final as (
    select
        source_table,
        source_file,
        source_line,
        row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from dimension_rows
    where outcome <> 'accepted'

    union all

    select
        'coupon_send' as source_table,
        source_file,
        source_line,
        send_id as row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from coupon_sends
    where outcome <> 'accepted'

    union all

    select
        'coupon_use' as source_table,
        source_file,
        source_line,
        use_id as row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from coupon_uses
    where outcome <> 'accepted'

    union all

    select
        source_table,
        source_file,
        source_line,
        row_key,
        outcome,
        reason,
        amount_at_stake,
        raw_row
    from optional_rows
    where outcome <> 'accepted'
)

select * from final
