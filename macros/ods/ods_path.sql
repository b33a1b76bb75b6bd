{#
    The folder of the raw files, without a slash at its end: vars.ods_path, else COUPON_RFM_ODS_PATH, else the sample. A relative
    path begins at the project's folder, whatever folder dbt was started in; ~ is the home folder; a Windows path may have
    backslashes, and the quotes or the blank that its command line leaves around a value.
#}
{% macro ods_path() %}
    {% set value = var('ods_path') or env_var('COUPON_RFM_ODS_PATH', '') or 'seeds/ods' %}
    {% set path = (value | string).strip(' "') | replace('\\', '/') %}
    {% if value is not string or not path or modules.re.search('[*?\\[\\]{}]', path) %}
        {{ exceptions.raise_compiler_error(
            "ods_path is " ~ (value | tojson) ~ ", but must be the path of a folder without the characters * ? [ ] { }."
        ) }}
    {% endif %}
    {{ return(coupon_rfm.project_path(path).rstrip('/')) }}
{% endmacro %}


{# A path of a setting from its right beginning: the home folder, the project's folder, or its own. #}
{% macro project_path(path) %}
    {% if path == '~' or path.startswith('~/') %}
        {% set home = env_var('HOME', '') or env_var('USERPROFILE', '') %}
        {% if not home %}
            {{ exceptions.raise_compiler_error(
                "The path " ~ path ~ " begins in the home folder, but neither HOME nor USERPROFILE names it. Write the whole path."
            ) }}
        {% endif %}
        {{ return((home | replace('\\', '/')).rstrip('/') ~ path[1:]) }}
    {% endif %}
    {% if modules.re.match('/|[A-Za-z][A-Za-z0-9+.-]*:', path) %}
        {{ return(path) }}
    {% endif %}
    {{ return(invocation_args_dict.project_dir | replace('\\', '/') ~ '/' ~ path) }}
{% endmacro %}
