{# R: calendar days from the last valid use to a day; 999 where there is none (docs/rules.md section 5). #}
{% macro rfm_recency_days(last_use_date, as_of_date) -%}
    coalesce({{ dbt.datediff(last_use_date, as_of_date, 'day') }}, 999)
{%- endmacro %}
