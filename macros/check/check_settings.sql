{# On run start: reads every setting once, so that a wrong one stops the run even where no selected model uses it. #}
{% macro check_settings() %}
    {% for name in [
        'business_timezone', 'as_of_date', 'rfm_thresholds', 'rfm_window_days', 'rfm_levels', 'segment_basis',
        'min_sends_to_rank', 'migration_days', 'max_bad_row_share', 'allow_empty', 'lake_format',
    ] %}
        {% do coupon_rfm.setting(name) %}
    {% endfor %}
{% endmacro %}
