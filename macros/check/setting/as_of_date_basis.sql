{#
    Where as_of_date comes from: 'latest' (the latest event day there is), 'today' (the clock) or 'date' (it was written down,
    and so was meant).
#}
{% macro as_of_date_basis() %}
    {% if coupon_rfm.setting('as_of_date') is none %}
        {{ return('latest') }}
    {% endif %}
    {{ return('today' if coupon_rfm.written_setting('as_of_date') == 'today' else 'date') }}
{% endmacro %}
