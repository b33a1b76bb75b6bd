{# The vars of this project, in the order of dbt_project.yml. A var that is not in this list stops the run. #}
{% macro known_settings() %}
    {{ return([
        'ods_path', 'business_timezone', 'as_of_date', 'rfm_window_days', 'rfm_thresholds', 'rfm_levels', 'segment_basis',
        'min_sends_to_rank', 'migration_days', 'max_bad_row_share', 'allow_empty', 'follow_links', 'lake_format',
    ]) }}
{% endmacro %}
