{# The var rfm_thresholds: three lists of four strictly monotone bounds (docs/rules.md section 5). #}
{% macro checked_rfm_thresholds(value) %}
    {% do coupon_rfm.check_keys('rfm_thresholds', value, {
        'recency': [7, 30, 90, 180], 'frequency': [10, 5, 3, 1], 'monetary': [10000, 5000, 1000, 100],
    }) %}
    {% for dimension, bounds in value.items() %}
        {% set name = 'rfm_thresholds.' ~ dimension %}
        {% if bounds is string or bounds is mapping or bounds is not sequence or bounds | length != 4 %}
            {{ coupon_rfm.reject_setting(name, bounds, 'a list of 4 bounds, for the scores 5, 4, 3 and 2') }}
        {% endif %}
        {% for bound in bounds %}
            {% set is_whole = bound is integer and bound is not boolean %}
            {% set is_money = dimension == 'monetary' and (is_whole or (bound is float and bound | round(2) == bound)) %}
            {% if bound is string and modules.re.fullmatch('[0-9]{1,9}([.][0-9]{1,2})?', bound) %}
                {{ coupon_rfm.reject_setting(name, bounds, 'numbers: write ' ~ bound ~ ' without quotes') }}
            {% endif %}
            {% if not (is_whole or is_money) or bound < (0 if dimension == 'recency' else 0.01) or bound >= 1000000000 %}
                {{ coupon_rfm.reject_setting(
                    name, bounds, 'whole numbers' ~ (' or yuan with 2 decimals' if dimension == 'monetary' else '')
                    ~ (', 0 or more' if dimension == 'recency' else ' above 0') ~ ' (' ~ bound ~ ' is not)'
                ) }}
            {% endif %}
        {% endfor %}
        {% for i in range(3) %}
            {% set is_monotone = bounds[i] < bounds[i + 1] if dimension == 'recency' else bounds[i] > bounds[i + 1] %}
            {% if not is_monotone %}
                {{ coupon_rfm.reject_setting(
                    name, bounds, 'strictly ' ~ ('rising' if dimension == 'recency' else 'falling')
                    ~ ' (' ~ bounds[i] ~ ', ' ~ bounds[i + 1] ~ ' is not)'
                ) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% if value['recency'][3] >= 999 %}
        {{ coupon_rfm.reject_setting('rfm_thresholds.recency', value['recency'], 'below 999, which means never redeemed') }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
