{#
    The measures that may be added up over any days and members, each defined once, by its name: the events it counts
    (event_type of dws_coupon_event), what each of them adds, and the type of the sum. The models, ads and tests walk this list.
    is_shown: whether the effect tables carry it as it is (docs/contract.md section 2).
#}
{% macro additive_measures() -%}
    {{ return({
        'send_count': {'event_type': 'send', 'value': '1', 'data_type': 'bigint', 'is_shown': true},
        'use_count': {'event_type': 'use', 'value': '1', 'data_type': 'bigint', 'is_shown': true},
        'redeemed_send_count': {'event_type': 'redeemed_send', 'value': '1', 'data_type': 'bigint', 'is_shown': false},
        'send_discount_amount': {
            'event_type': 'send', 'value': 'discount_amount', 'data_type': 'decimal(18, 2)', 'is_shown': true,
        },
        'discount_amount': {
            'event_type': 'use', 'value': 'discount_amount', 'data_type': 'decimal(18, 2)', 'is_shown': true,
        },
        'pay_amount': {'event_type': 'use', 'value': 'pay_amount', 'data_type': 'decimal(18, 2)', 'is_shown': true},
    }) }}
{%- endmacro %}
