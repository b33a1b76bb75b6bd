{#
    Clean text as a timestamp without zone, local to vars.business_timezone and cut to the second; NULL for empty and for what
    cannot be read. docs/rules.md section 2 lists what is read. Nothing is left to an engine's own idea of a date: what a
    pattern let through is put together as yyyy-MM-dd HH:mm:ss, and only an impossible calendar day fails then.
#}
{% macro parse_time(text) -%}
    {{ return(adapter.dispatch('parse_time', 'coupon_rfm')(text)) }}
{%- endmacro %}


{# A list of one and lambdas give names to what is used more than once: written out, each time would be planned 70 times over. #}
{% macro duckdb__parse_time(text) -%}
    {%- set zone = coupon_rfm.setting('business_timezone') -%}
    {%- set plain = '20[0-9]{2}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}' -%}
    {%- set date_part = '([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/)([0-9]{1,2})' -%}
    {%- set clock_part = '(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.][0-9]{1,9})?)?(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?' -%}
    case
        when regexp_full_match({{ text }}, '{{ plain }}') then try_cast({{ text }} as timestamp)
        -- dim_date ends where this does: a year outside 2000-2099 is a mistyped one.
        else list_filter(
            [case
                when regexp_full_match({{ text }}, '{{ date_part ~ clock_part }}')
                    then list_transform(
                        [regexp_extract(
                            {{ text }}, '{{ date_part ~ clock_part }}',
                            ['year', 'month', 'slash_month', 'day', 'hour', 'minute', 'second', 'zone']
                        )],
                        lambda p: {{ coupon_rfm.duckdb__written_time('p', zone) }}
                    )[1]
                when regexp_full_match({{ text }}, '[0-9]{14}|[0-9]{13}|[0-9]{10}')
                    then {{ coupon_rfm.duckdb__digits_time(text, zone) }}
            end],
            lambda t: t >= timestamp '2000-01-01' and t < timestamp '2100-01-01'
        )[1]
    end
{%- endmacro %}


{# The local time of year, month, day, hour, minute, second and zone ('' for local, Z, or an offset), all as text. #}
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
            else timezone('{{ zone }}', timezone('UTC', written - to_minutes(
                try_cast({{ parts }}.zone[1] || '1' as integer)
                * (try_cast({{ parts }}.zone[2:3] as integer) * 60 + try_cast({{ parts }}.zone[5:6] as integer))
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
