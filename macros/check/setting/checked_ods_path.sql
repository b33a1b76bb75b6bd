{# The var ods_path: text, or null for COUPON_RFM_ODS_PATH or the sample. #}
{% macro checked_ods_path(value) %}
    {% if value is not none and value is not string %}
        {{ coupon_rfm.reject_setting('ods_path', value, 'the path of a folder as text, or null') }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
