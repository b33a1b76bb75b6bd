{#
    Clean text as a timestamp without zone, local to vars.business_timezone and cut to the second; NULL for empty and for what
    cannot be read. docs/rules.md section 2 lists what is read. Nothing is left to an engine's own idea of a date: what a
    pattern let through is put together as yyyy-MM-dd HH:mm:ss, and only an impossible calendar day fails then.
#}
{% macro parse_time(text) -%}
    {{ return(adapter.dispatch('parse_time', 'coupon_rfm')(text)) }}
{%- endmacro %}


{% macro duckdb__parse_time(text) -%}
    {%- set zone = coupon_rfm.setting('business_timezone') -%}
    {%- set plain = '20[0-9]{2}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}' -%}
    {%- set dashed = '[0-9]{4}(-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2}' -%}
    {%- set clock = '([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?' -%}
    {%- set digits = '[0-9]{14}|[0-9]{13}|[0-9]{10}' -%}
    case
        when regexp_full_match({{ text }}, '{{ plain }}') then try_cast({{ text }} as timestamp)
        when regexp_full_match({{ text }}, '{{ dashed ~ clock }}')
            then {{ coupon_rfm.duckdb__known_year(coupon_rfm.duckdb__parse_written_time(text, zone)) }}
        when regexp_full_match({{ text }}, '{{ digits }}')
            then {{ coupon_rfm.duckdb__known_year(coupon_rfm.duckdb__parse_digits_time(text, zone)) }}
    end
{%- endmacro %}


{# Year, month, day, hour, minute, second and offset, each taken out of the text. #}
{% macro duckdb__parse_written_time(text, zone) -%}
    {%- set pattern = '([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.][0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?' -%}
    {%- set part = [] -%}
    {%- for i in range(8) %}{% do part.append("regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', " ~ i ~ ")") %}{% endfor -%}
    {%- set written -%}
        case when {{ part[4] }} < '24' or length({{ part[4] }}) < 2 then try_cast(
            {{ part[1] }} || '-' || {{ part[2] }} || '-' || {{ part[3] }}
            || ' ' || lpad({{ part[4] }}, 2, '0') || ':' || lpad({{ part[5] }}, 2, '0') || ':' || lpad({{ part[6] }}, 2, '0')
            as timestamp
        ) end
    {%- endset -%}
    case {{ part[7] }}
        when '' then {{ written }}
        when 'Z' then timezone('{{ zone }}', timezone('UTC', {{ written }}))
        else timezone('{{ zone }}', timezone('UTC',
            {{ written }}
            - to_minutes(
                try_cast({{ part[7] }}[1] || '1' as integer)
                * (try_cast({{ part[7] }}[2:3] as integer) * 60 + try_cast({{ part[7] }}[5:6] as integer))
            )
        ))
    end
{%- endmacro %}


{# 14 digits are written local time, 13 epoch milliseconds, 10 epoch seconds. #}
{% macro duckdb__parse_digits_time(text, zone) -%}
    case length({{ text }})
        when 14 then case when {{ text }}[9:10] < '24' then try_cast(
            {{ text }}[1:4] || '-' || {{ text }}[5:6] || '-' || {{ text }}[7:8]
            || ' ' || {{ text }}[9:10] || ':' || {{ text }}[11:12] || ':' || {{ text }}[13:14]
            as timestamp
        ) end
        else timezone('{{ zone }}', timezone('UTC', make_timestamp(try_cast({{ text }}[1:10] as bigint) * 1000000)))
    end
{%- endmacro %}


{# dim_date ends where this does: a year outside 2000-2099 is a mistyped one. #}
{% macro duckdb__known_year(time) -%}
    case when {{ time }} >= timestamp '2000-01-01' and {{ time }} < timestamp '2100-01-01' then {{ time }} end
{%- endmacro %}
