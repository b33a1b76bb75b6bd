{# The folder of the raw files, without a slash at its end: vars.ods_path, else COUPON_RFM_ODS_PATH, else the sample. #}
{% macro ods_path() %}
    {% set path = var('ods_path') or env_var('COUPON_RFM_ODS_PATH', '') or 'seeds/ods' %}
    {% if path is not string or modules.re.search('[*?\\[\\]{}]', path) %}
        {{ exceptions.raise_compiler_error(
            "ods_path is " ~ (path | tojson) ~ ", but must be the path of a folder without the characters * ? [ ] { }."
        ) }}
    {% endif %}
    {{ return(path.rstrip('/')) }}
{% endmacro %}
