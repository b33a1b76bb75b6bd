{# A time in UTC as local time of vars.business_timezone, both without a zone. #}
{% macro from_utc(time) -%}
    {{ return(adapter.dispatch('from_utc', 'coupon_rfm')(time, coupon_rfm.setting('business_timezone'))) }}
{%- endmacro %}

{% macro duckdb__from_utc(time, zone) -%}
    timezone('{{ zone }}', timezone('UTC', {{ time }}))
{%- endmacro %}

{# The session's time zone is UTC (profiles.yml), so that a timestamp shows what was written. #}
{% macro spark__from_utc(time, zone) -%}
    from_utc_timestamp({{ time }}, '{{ zone }}')
{%- endmacro %}
