{#
    The settings, and what each may be. A var that is not in this table stops the run. A new setting is an entry here, its line
    in dbt_project.yml and its row in README.md. What neither a list nor two bounds can say has a check of its own, which is
    called in checked_by_its_own.
#}
{% macro known_settings() %}
    {{ return({
        'ods_path': {'has_own_check': true},
        'business_timezone': {'has_own_check': true},
        'as_of_date': {'has_own_check': true},
        'rfm_window_days': {'has_own_check': true},
        'rfm_thresholds': {'has_own_check': true},
        'rfm_levels': {'has_own_check': true},
        'segment_basis': {'one_of': ['at_send', 'current']},
        'min_sends_to_rank': {'least': 0, 'most': 1000000000},
        'migration_days': {'least': 1, 'most': 3650},
        'max_bad_row_share': {'has_own_check': true},
        'allow_empty': {'has_own_check': true},
        'follow_links': {'one_of': [true, false]},
        'lake_format': {'one_of': ['parquet', 'orc', 'delta', 'iceberg'], 'unless_given': 'parquet'},
    }) }}
{% endmacro %}
