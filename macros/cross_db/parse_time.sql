{#
    Clean text as a timestamp without zone, local to vars.business_timezone and cut to the second; NULL for empty and for what
    cannot be read. docs/rules.md section 2 lists what is read. Nothing is left to an engine's own idea of a date: what a
    pattern let through is put together as yyyy-MM-dd HH:mm:ss, and only an impossible calendar day fails then.

    With is_end, a time after 2099 is read, too: it says that there is no end (end_or_null).
#}
{% macro parse_time(text, is_end=false) -%}
    {%- set plain = '20[0-9]{2}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}' -%}
    {#- Groups: year, month, month after a slash, day, hour, minute, second, zone. -#}
    {%- set written = '([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/)([0-9]{1,2})'
        ~ '(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.][0-9]{1,9})?)?'
        ~ '(?: ?(Z|UTC|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?))?)?' -%}
    {%- set digits = '[0-9]{14}|[0-9]{13}|[0-9]{10}' -%}
    {#- Ten digits like 2025011723 are an hour, of which the minutes are missing, and no epoch seconds (of 2034 then). -#}
    {%- set hour = '20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])' -%}
    {#- dim_date ends with 2099: a year outside 2000-2099 is a mistyped one. -#}
    {%- set is_in_range = "t >= timestamp '2000-01-01 00:00:00'"
        ~ ('' if is_end else " and t < timestamp '2100-01-01 00:00:00'") -%}
    {{ return(adapter.dispatch('parse_time', 'coupon_rfm')(
        text, plain, written, digits, hour, is_in_range, coupon_rfm.setting('business_timezone')
    )) }}
{%- endmacro %}


{# A list of one and lambdas give names to what is used more than once: written out, each time would be planned 70 times over. #}
{% macro duckdb__parse_time(text, plain, written, digits, hour, is_in_range, zone) -%}
    case
        when {{ coupon_rfm.matches(text, plain) }} then try_cast({{ text }} as timestamp)
        else list_filter(
            [case
                when {{ coupon_rfm.matches(text, written) }}
                    then list_transform(
                        [regexp_extract(
                            {{ text }}, '{{ written }}',
                            ['year', 'month', 'slash_month', 'day', 'hour', 'minute', 'second', 'zone']
                        )],
                        lambda p: {{ coupon_rfm.duckdb__written_time('p', zone) }}
                    )[1]
                when {{ coupon_rfm.matches(text, digits) }} and not {{ coupon_rfm.matches(text, hour) }}
                    then {{ coupon_rfm.duckdb__digits_time(text, zone) }}
            end],
            lambda t: {{ is_in_range }}
        )[1]
    end
{%- endmacro %}


{# The local time of year, month, day, hour, minute, second and zone ('' for local, Z, UTC, or an offset), all as text. #}
{% macro duckdb__written_time(parts, zone) -%}
    list_transform(
        [case when lpad({{ parts }}.hour, 2, '0') < '24' then try_cast(
            {{ parts }}.year || '-' || {{ parts }}.month || {{ parts }}.slash_month || '-' || {{ parts }}.day
            || ' ' || lpad({{ parts }}.hour, 2, '0')
            || ':' || lpad({{ parts }}.minute, 2, '0')
            || ':' || lpad({{ parts }}.second, 2, '0')
            as timestamp
        ) end],
        lambda written: case {{ parts }}.zone
            when '' then written
            when 'Z' then timezone('{{ zone }}', timezone('UTC', written))
            when 'UTC' then timezone('{{ zone }}', timezone('UTC', written))
            else timezone('{{ zone }}', timezone('UTC', written - to_minutes(
                try_cast({{ parts }}.zone[1] || '1' as integer)
                * (
                    try_cast({{ parts }}.zone[2:3] as integer) * 60
                    + try_cast('0' || replace({{ parts }}.zone[4:], ':', '') as integer)
                )
            )))
        end
    )[1]
{%- endmacro %}


{# 14 digits are written local time, 13 epoch milliseconds, 10 epoch seconds. #}
{% macro duckdb__digits_time(text, zone) -%}
    case length({{ text }})
        when 14 then case when {{ text }}[9:10] < '24' then try_cast(
            {{ text }}[1:4] || '-' || {{ text }}[5:6] || '-' || {{ text }}[7:8]
            || ' ' || {{ text }}[9:10] || ':' || {{ text }}[11:12] || ':' || {{ text }}[13:14]
            as timestamp
        ) end
        else timezone('{{ zone }}', timezone('UTC', make_timestamp(try_cast({{ text }}[1:10] as bigint) * 1000000)))
    end
{%- endmacro %}


{# As DuckDB's. The session's time zone is UTC (profiles.yml), so that a timestamp shows what was written. #}
{% macro spark__parse_time(text, plain, written, digits, hour, is_in_range, zone) -%}
    case
        when {{ coupon_rfm.matches(text, plain) }} then try_cast({{ text }} as timestamp)
        else get(filter(
            array(case
                when {{ coupon_rfm.matches(text, written) }}
                    then get(transform(
                        array(named_struct(
                            {%- for part in ['year', 'month', 'slash_month', 'day', 'hour', 'minute', 'second', 'zone'] %}
                            '{{ part }}', regexp_extract({{ text }}, r'^(?:{{ written }})\z', {{ loop.index }}){{ ',' if not loop.last }}
                            {%- endfor %}
                        )),
                        p -> {{ coupon_rfm.spark__written_time('p', zone) }}
                    ), 0)
                when {{ coupon_rfm.matches(text, digits) }} and not {{ coupon_rfm.matches(text, hour) }}
                    then {{ coupon_rfm.spark__digits_time(text, zone) }}
            end),
            t -> {{ is_in_range }}
        ), 0)
    end
{%- endmacro %}


{% macro spark__written_time(parts, zone) -%}
    get(transform(
        array(case when lpad({{ parts }}.hour, 2, '0') < '24' then try_cast(
            {{ parts }}.year || '-' || {{ parts }}.month || {{ parts }}.slash_month || '-' || {{ parts }}.day
            || ' ' || lpad({{ parts }}.hour, 2, '0')
            || ':' || lpad({{ parts }}.minute, 2, '0')
            || ':' || lpad({{ parts }}.second, 2, '0')
            as timestamp
        ) end),
        written -> case {{ parts }}.zone
            when '' then written
            when 'Z' then from_utc_timestamp(written, '{{ zone }}')
            when 'UTC' then from_utc_timestamp(written, '{{ zone }}')
            else from_utc_timestamp(written - make_interval(
                0, 0, 0, 0, 0,
                try_cast(substr({{ parts }}.zone, 1, 1) || '1' as int)
                * (
                    try_cast(substr({{ parts }}.zone, 2, 2) as int) * 60
                    + try_cast('0' || replace(substr({{ parts }}.zone, 4), ':', '') as int)
                ),
                0
            ), '{{ zone }}')
        end
    ), 0)
{%- endmacro %}


{% macro spark__digits_time(text, zone) -%}
    case length({{ text }})
        when 14 then case when substr({{ text }}, 9, 2) < '24' then try_cast(
            substr({{ text }}, 1, 4) || '-' || substr({{ text }}, 5, 2) || '-' || substr({{ text }}, 7, 2)
            || ' ' || substr({{ text }}, 9, 2) || ':' || substr({{ text }}, 11, 2) || ':' || substr({{ text }}, 13, 2)
            as timestamp
        ) end
        else from_utc_timestamp(timestamp_seconds(try_cast(substr({{ text }}, 1, 10) as bigint)), '{{ zone }}')
    end
{%- endmacro %}
