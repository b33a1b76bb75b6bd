{#
    The checked value of a var of dbt_project.yml. Models and macros read vars only through here, so that a wrong value
    stops the compilation with a sentence, whatever is selected.
#}
{% macro setting(name) %}
    {% if name not in coupon_rfm.known_settings() %}
        {{ exceptions.raise_compiler_error("'" ~ name ~ "' is not a setting of this project") }}
    {% endif %}
    {% set value = var(name, 'parquet' if name == 'lake_format' else '(missing)') %}
    {% if value == '(missing)' %}
        {% do coupon_rfm.reject_unknown_settings() %}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' is missing: write it back into dbt_project.yml, where each setting has its line under `vars:`."
        ) }}
    {% endif %}
    {% if name == 'ods_path' %}
        {% if value is not none and value is not string %}
            {{ coupon_rfm.reject_setting(name, value, 'the path of a folder as text, or null') }}
        {% endif %}
    {% elif name == 'as_of_date' %}
        {{ return(coupon_rfm.checked_as_of_date(value)) }}
    {% elif name == 'business_timezone' %}
        {% if value is not string or value not in modules.pytz.all_timezones_set %}
            {% set nearest = coupon_rfm.nearest(value, modules.pytz.all_timezones) %}
            {{ coupon_rfm.reject_setting(
                name, value, 'the name of a time zone such as Asia/Shanghai' ~ (' (did you mean ' ~ nearest ~ '?)' if nearest else '')
            ) }}
        {% endif %}
    {% elif name == 'segment_basis' %}
        {% if value not in ['at_send', 'current'] %}
            {{ coupon_rfm.reject_setting(name, value, 'at_send or current') }}
        {% endif %}
    {% elif name == 'lake_format' %}
        {% if value not in ['parquet', 'orc', 'delta', 'iceberg'] %}
            {{ coupon_rfm.reject_setting(name, value, 'parquet, orc, delta or iceberg') }}
        {% endif %}
    {% elif name == 'follow_links' %}
        {% if value is not boolean %}
            {{ coupon_rfm.reject_setting(name, value, 'true or false') }}
        {% endif %}
    {% elif name == 'min_sends_to_rank' %}
        {{ coupon_rfm.check_whole_number(name, value, 0, 1000000000) }}
    {% elif name == 'migration_days' %}
        {{ coupon_rfm.check_whole_number(name, value, 1, 3650) }}
    {% elif name == 'rfm_window_days' %}
        {# docs/rules.md section 5: at least 181, or a user could keep an R score after F and M fell to nothing. #}
        {% set least = [181, coupon_rfm.setting('rfm_thresholds')['recency'][3] + 1] | max %}
        {{ coupon_rfm.check_whole_number(name, value, least, 3650) }}
    {% elif name == 'rfm_thresholds' %}
        {{ coupon_rfm.check_rfm_thresholds(value) }}
    {% elif name == 'rfm_levels' %}
        {{ coupon_rfm.check_rfm_levels(value) }}
    {% elif name == 'max_bad_row_share' %}
        {{ return(coupon_rfm.checked_max_bad_row_share(value)) }}
    {% elif name == 'allow_empty' %}
        {{ return(coupon_rfm.checked_allow_empty(value)) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}


{% macro reject_setting(name, value, allowed) %}
    {{ exceptions.raise_compiler_error(
        "The var '" ~ name ~ "' is " ~ coupon_rfm.shown_value(value) ~ ", but must be " ~ allowed
        ~ ". Change it in dbt_project.yml or in --vars."
    ) }}
{% endmacro %}


{# A value as a sentence names it. #}
{% macro shown_value(value) %}
    {% if value is none or value is boolean %}
        {{ return(value | tojson) }}
    {% endif %}
    {{ return(("the text '" ~ value ~ "'") if value is string else (value | string)) }}
{% endmacro %}


{% macro check_whole_number(name, value, least, most) %}
    {% if value is not integer or value is boolean or value < least or value > most %}
        {% set is_in_quotes = value is string and modules.re.fullmatch('[0-9]{1,9}', value) %}
        {{ coupon_rfm.reject_setting(
            name, value,
            'a whole number from ' ~ least ~ ' to ' ~ most ~ (': write ' ~ value ~ ' without quotes' if is_in_quotes else '')
        ) }}
    {% endif %}
{% endmacro %}


{# A block as it is written in YAML on one line. #}
{% macro shown_block(value) %}
    {% if value is not mapping %}
        {{ return(value | string) }}
    {% endif %}
    {% set parts = [] %}
    {% for key, inner in value.items() %}
        {% do parts.append(key ~ ': ' ~ coupon_rfm.shown_block(inner)) %}
    {% endfor %}
    {{ return('{' ~ parts | join(', ') ~ '}') }}
{% endmacro %}


{# The keys of a block are these, all of them: a block replaces that of dbt_project.yml as a whole. `usual` completes what is shown. #}
{% macro check_keys(name, value, usual) %}
    {% if value is not mapping %}
        {{ coupon_rfm.reject_setting(name, value, 'a block such as ' ~ coupon_rfm.shown_block(usual)) }}
    {% endif %}
    {% for key in value if key not in usual %}
        {% set nearest = coupon_rfm.nearest(key, usual.keys() | list) %}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' has '" ~ key ~ "', which is none of " ~ usual.keys() | join(', ')
            ~ ('; did you mean ' ~ nearest ~ '?' if nearest else '.')
        ) }}
    {% endfor %}
    {% set missing = usual.keys() | reject('in', value) | list %}
    {% if missing %}
        {% set complete = {} %}
        {% for key in usual %}
            {% do complete.update({key: value.get(key, usual[key])}) %}
        {% endfor %}
        {{ exceptions.raise_compiler_error(
            "The var '" ~ name ~ "' has no " ~ missing | join(' and no ') ~ ': a block replaces the whole of the usual one, so write all of it, such as '
            ~ name ~ ': ' ~ coupon_rfm.shown_block(complete) ~ '.'
        ) }}
    {% endif %}
{% endmacro %}


{# `today` is the one place where the project reads a clock: when it is compiled, in the business time zone. #}
{% macro checked_as_of_date(value) %}
    {% set allowed = "a date 'YYYY-MM-DD' from 2000-01-01 to 2099-12-31, 'today', or 'latest'" %}
    {% if value is none or value == 'latest' %}
        {{ return(none) }}
    {% endif %}
    {# YAML turns an unquoted date into one. #}
    {% set text = value | string %}
    {% if value == 'today' %}
        {% set text = modules.datetime.datetime.now(modules.pytz.timezone(coupon_rfm.setting('business_timezone'))).strftime('%Y-%m-%d') %}
        {% set allowed = allowed ~ ' (the clock of this machine is wrong: set it right, or write the date)' %}
    {% endif %}
    {% if not modules.re.fullmatch('20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', text) %}
        {{ coupon_rfm.reject_setting('as_of_date', text, allowed) }}
    {% endif %}
    {% set month_lengths = [31, 29 if (text[:4] | int) % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] %}
    {% if (text[8:] | int) > month_lengths[(text[5:7] | int) - 1] %}
        {{ coupon_rfm.reject_setting('as_of_date', text, allowed) }}
    {% endif %}
    {{ return(text) }}
{% endmacro %}


{% macro check_rfm_thresholds(value) %}
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
{% endmacro %}


{% macro check_rfm_levels(value) %}
    {% set usual = {
        'high_value': {'name': '高价值用户', 'min_total': 13},
        'potential': {'name': '潜力用户', 'min_total': 9},
        'general': {'name': '一般用户', 'min_total': 6},
        'lost': {'name': '流失用户', 'min_total': 3},
    } %}
    {% set roles = usual.keys() | list %}
    {% do coupon_rfm.check_keys('rfm_levels', value, usual) %}
    {% set names = [] %}
    {% for role in roles %}
        {% set level = value[role] %}
        {% do coupon_rfm.check_keys('rfm_levels.' ~ role, level, usual[role]) %}
        {% if level['name'] is not string or not modules.re.fullmatch('[^\\s\'"`;\\\\]{1,30}', level['name'])
            or level['name'] in names + ['未知用户', '新用户'] %}
            {{ coupon_rfm.reject_setting(
                'rfm_levels.' ~ role ~ '.name', level['name'],
                'a name of 1 to 30 characters without blanks or quotes, of its own, and not 未知用户 or 新用户'
            ) }}
        {% endif %}
        {% do names.append(level['name']) %}
        {{ coupon_rfm.check_whole_number('rfm_levels.' ~ role ~ '.min_total', level['min_total'], 3, 15) }}
        {% if not loop.first and level['min_total'] >= value[roles[loop.index0 - 1]]['min_total'] %}
            {{ coupon_rfm.reject_setting(
                'rfm_levels.' ~ role ~ '.min_total', level['min_total'],
                'below ' ~ value[roles[loop.index0 - 1]]['min_total'] ~ ', the least total of ' ~ roles[loop.index0 - 1]
            ) }}
        {% endif %}
    {% endfor %}
    {% if value['lost']['min_total'] != 3 %}
        {{ coupon_rfm.reject_setting(
            'rfm_levels.lost.min_total', value['lost']['min_total'], '3, the least total there is, so that no user is left out'
        ) }}
    {% endif %}
{% endmacro %}
