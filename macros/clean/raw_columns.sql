{# The columns of the compared raw tables in the order of the sources YAML, which is that of their row text. #}
{% macro raw_columns(table=none) %}
    {% set columns = {
        'activity': [
            'activity_id', 'activity_name', 'shop_id', 'activity_type', 'discount_amount', 'is_stackable',
            'counts_as_lowest_price', 'start_time', 'end_time', 'status', 'updated_at',
        ],
        'coupon_send': [
            'send_id', 'activity_id', 'agent_id', 'consumer_id', 'product_id', 'send_time', 'discount_amount',
            'valid_hours', 'session_id',
        ],
        'coupon_use': [
            'use_id', 'send_id', 'order_id', 'consumer_id', 'is_used', 'pay_time', 'pay_amount', 'discount_amount',
        ],
        'product': ['product_id', 'product_name', 'category_name', 'price', 'cost', 'shop_id', 'updated_at'],
        'agent': ['agent_id', 'agent_name', 'shop_id', 'shop_name', 'hire_date', 'leave_date', 'updated_at'],
        'chat_session': [
            'session_id', 'consumer_id', 'agent_id', 'start_time', 'end_time', 'first_reply_seconds', 'is_inquiry',
        ],
    } %}
    {{ return(columns[table] if table else columns) }}
{% endmacro %}
