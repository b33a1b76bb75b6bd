{#
    Clean text as a timestamp without zone, local to vars.business_timezone and cut to the second; NULL for empty and for what
    cannot be read. docs/rules.md section 2 lists what is read. Nothing is left to an engine's own idea of a date: each form has
    a pattern and is written anew as year-month-day hour:minute:second, so that only an impossible calendar day fails then.

    With is_end, a time after 2099 is read, too: it says that there is no end (end_or_null).
#}
{% macro parse_time(text, is_end=false) -%}
    {%- set plain = '20[0-9]{2}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}' -%}
    {%- set day = '([0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2})' -%}
    {%- set time = '([ T](?:[01]?[0-9]|2[0-3]):[0-5][0-9])(?:(:[0-5][0-9])(?:[.][0-9]{1,9})?)?' -%}
    {%- set offset = ' ?(?:Z|UTC|(?:[+]|(-))([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)' -%}
    {%- set local = day ~ '(?:' ~ time ~ ')?' -%}
    {%- set instant = day ~ time ~ offset -%}
    {%- set digits = '([0-9]{4})([0-9]{2})([0-9]{2})([01][0-9]|2[0-3])([0-9]{2})([0-9]{2})' -%}
    {%- set epoch = '([0-9]{10})(?:[0-9]{3})?' -%}
    {#- Ten digits like 2025011723 are an hour, of which the minutes are missing, and no epoch seconds (of 2034 then). -#}
    {%- set hour = '20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])' -%}

    {%- set utc_of_instant -%}
        try_cast(replace({{ coupon_rfm.rewrite(text, instant, '\\1\\2\\3') }}, '/', '-') as timestamp)
        - try_cast({{ coupon_rfm.rewrite(text, instant, '\\40\\5 hours \\40\\6 minutes') }} as interval)
    {%- endset -%}
    {%- set utc_of_epoch -%}
        timestamp '1970-01-01 00:00:00' + try_cast({{ coupon_rfm.rewrite(text, epoch, '\\1 seconds') }} as interval)
    {%- endset -%}
    {%- set time_of_form -%}
        case
            when {{ coupon_rfm.matches(text, local) }}
                then try_cast(replace({{ coupon_rfm.rewrite(text, local, '\\1\\2\\3') }}, '/', '-') as timestamp)
            when {{ coupon_rfm.matches(text, instant) }}
                then {{ coupon_rfm.from_utc(utc_of_instant) }}
            when {{ coupon_rfm.matches(text, digits) }}
                then try_cast({{ coupon_rfm.rewrite(text, digits, '\\1-\\2-\\3 \\4:\\5:\\6') }} as timestamp)
            when {{ coupon_rfm.matches(text, epoch) }} and not {{ coupon_rfm.matches(text, hour) }}
                then {{ coupon_rfm.from_utc(utc_of_epoch) }}
        end
    {%- endset -%}
    {#-
        dim_date ends with 2099: a year outside 2000-2099 is a mistyped one. Such times are moved to a bound, and that to NULL;
        so the expression stands once, and needs no name.
    -#}
    {%- set before = "timestamp '1999-12-31 23:59:59'" -%}
    {%- set after = "timestamp '2100-01-01 00:00:00'" -%}
    case
        when {{ coupon_rfm.matches(text, plain) }} then try_cast({{ text }} as timestamp)
        when {{ text }} is not null
            {%- if is_end %}
            then nullif(greatest({{ time_of_form }}, {{ before }}), {{ before }})
            {%- else %}
            then nullif(nullif(least(greatest({{ time_of_form }}, {{ before }}), {{ after }}), {{ before }}), {{ after }})
            {%- endif %}
    end
{%- endmacro %}
