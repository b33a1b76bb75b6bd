{#
    Text of a time, as clean_text; NULL as well for MySQL's 0000-00-00, with or without a time of day (docs/rules.md section 2).
#}
{% macro clean_time(column) -%}
    {#- In small letters, as null_if_empty_word wants it. -#}
    {%- set no_date = '0000(-00-00|/00/00)(( |t)0?0:00(:00([.]0{1,9})?)?( ?(z|utc|[+-][0-9]{2}(:?[0-9]{2})?))?)?' -%}
    case
        when {{ coupon_rfm.matches(column, '[1-9]([ -~]*[0-9A-Za-z])?') }} then {{ column }}
        else {{ coupon_rfm.null_if_empty_word(coupon_rfm.drop_invisible(column), [no_date]) }}
    end
{%- endmacro %}
