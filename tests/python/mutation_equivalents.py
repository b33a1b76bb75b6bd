"""Changes of models and macros that change no row on any data, by the reason why.

Each is the name of the file, the kind of change, and what stands there before and after.
"""

from __future__ import annotations

EQUIVALENTS: dict[str, set[tuple[str, str, str]]] = {
    "every id of a fact, and every shop, has its row in the dimension; every level its total": {
        ("ads_activity_effect.sql", "join", "inner join activities -> left join activities"),
        ("ads_activity_layered.sql", "join", "inner join activities -> left join activities"),
        ("ads_agent_layered.sql", "join", "inner join agents -> left join agents"),
        ("ads_agent_performance.sql", "join", "inner join agents -> left join agents"),
        ("ads_product_effect.sql", "join", "inner join products -> left join products"),
        ("ads_overview_layered.sql", "join", "inner join totals -> left join totals"),
        ("ads_segment_strategy.sql", "join", "inner join segments -> left join segments"),
        ("dwd_activity.sql", "join", "inner join shops -> left join shops"),
        ("dws_coupon_effect.sql", "join", "inner join periods -> left join periods"),
        ("dws_segment_migration.sql", "join", "inner join origins -> left join origins"),
    },
    "what the outer join adds is dropped by the condition that follows": {
        ("dws_consumer_rfm.sql", "join", "inner join snapshots -> left join snapshots"),
        ("dwd_send_consumer.sql", "join", "inner join coupon_uses -> left join coupon_uses"),
    },
    "the rows are made distinct once more, or counted by what does not see copies": {
        ("dim_consumer.sql", "distinct", "union -> union all"),
        ("dws_as_of.sql", "distinct", "union -> union all"),
        *(
            (
                "dws_as_of.sql",
                "distinct",
                f"select distinct {day} as event_date -> select {day} as event_date",
            )
            for day in ("pay_date", "send_date")
        ),
    },
    "the order has no ties, or only between rows that give the same": {
        *(
            (
                f"dim_{thing}.sql",
                "window",
                f"cast(row_number() over (order by {column}) as integer) as {thing}_key,"
                f" -> cast(dense_rank() over (order by {column}) as integer) as {thing}_key,",
            )
            for thing, column in (
                ("activity", "activity_id"),
                ("agent", "agent_id"),
                ("consumer", "consumer_ids.consumer_id"),
                ("product", "product_id"),
                ("shop", "newest_names.shop_id"),
            )
        ),
        ("dwd_send_consumer.sql", "window", "row_number() over ( -> dense_rank() over ("),
    },
    "only the order of the two numbers counts": {
        *(
            (
                "dim_shop.sql",
                "constant",
                "case when shop_mentions.shop_name is null then 1 else 0 end,"
                f" -> case when shop_mentions.shop_name is null then {numbers} end,",
            )
            for numbers in ("1 else -1", "2 else 0")
        ),
        ("dws_consumer_send_level.sql", "constant", "1 as entry_order, -> 2 as entry_order,"),
    },
    "a NULL name is put last by the expression before it": {
        (
            "dim_shop.sql",
            "order",
            "shop_mentions.shop_name desc nulls last -> shop_mentions.shop_name desc nulls first",
        ),
    },
    "of standing versions, the later one begins where the earlier one is overtaken at the latest": {
        (
            "dimension_versions.sql",
            "column",
            "lead(version_time) over (partition by {{ key }} order by version_time) as valid_to"
            " -> lead(version_time) over (partition by {{ key }} order by next_version_time)"
            " as valid_to",
        ),
    },
    "an empty text is no time either": {
        (
            "dimension_versions.sql",
            "nullif dropped",
            "{%- set batch_time = \"try_cast(nullif(source_batch, '') as timestamp)\" -%}"
            ' -> {%- set batch_time = "try_cast(source_batch as timestamp)" -%}',
        ),
    },
    "a use that leaves on as_of_date leaves after its sends": {
        (
            "dws_consumer_send_level.sql",
            "comparison",
            "> {{ setting('rfm_window_days') }} -> >= {{ setting('rfm_window_days') }}",
        ),
    },
    "any number out of 1 to 24, below every score or beyond every time does": {
        (
            "dwd_coupon_send_cleaned.sql",
            "constant",
            "when coalesce(parsed.valid_hours, 0) not between 1 and 24 then 'validity_out_of_rule'"
            " -> when coalesce(parsed.valid_hours, -1) not between 1 and 24"
            " then 'validity_out_of_rule'",
        ),
        (
            "send_segment.sql",
            "constant",
            "else coalesce({{ segment_key }}, {{ coupon_rfm.rfm_segment_of(999, 0, 0) }})"
            " -> else coalesce({{ segment_key }}, {{ coupon_rfm.rfm_segment_of(999, -1, 0) }})",
        ),
        (
            "holds_at.sql",
            "constant",
            "and {{ time }} < coalesce({{ versions }}.valid_to,"
            " cast('9999-12-31 00:00:00' as timestamp)) -> and {{ time }} <"
            " coalesce({{ versions }}.valid_to, cast('9999-12-31 00:1:00' as timestamp))",
        ),
    },
    "NULL where either amount is, whatever the sign": {
        (
            "dwd_coupon_use_cleaned.sql",
            "arithmetic",
            "or (parsed.is_used and parsed.pay_amount + parsed.discount_amount is null)"
            " -> or (parsed.is_used and parsed.pay_amount - parsed.discount_amount is null)",
        ),
    },
    "a send that was not rejected is found among the accepted ones first": {
        (
            "dwd_coupon_use_cleaned.sql",
            "logic",
            "where outcome = 'rejected' and send_id is not null"
            " -> where outcome = 'rejected' or send_id is not null",
        ),
    },
    "the groups are the same: NULL stands for one value, an alias for its expression": {
        (
            "dwd_row_outcome.sql",
            "coalesce dropped",
            "group by source_table, source_file, outcome, coalesce(reason, '')"
            " -> group by source_table, source_file, outcome, reason",
        ),
        (
            "dws_segment_migration.sql",
            "coalesce dropped",
            "group by today.as_of_date, coalesce(earlier.segment_key, 0), today.segment_key"
            " -> group by today.as_of_date, earlier.segment_key, today.segment_key",
        ),
        (
            "dws_coupon_cube_1d.sql",
            "column",
            "group by event_date, shop_key, activity_key, agent_key, segment_key"
            " -> group by stat_date, shop_key, activity_key, agent_key, segment_key",
        ),
    },
    "the short way only spares plain texts the long one": {
        (
            "clean_time.sql",
            "case branch dropped",
            "case when {{ coupon_rfm.matches(column, '[1-9]([ -~]*[0-9A-Za-z])?') }}"
            " then {{ column }} -> case",
        ),
    },
}
