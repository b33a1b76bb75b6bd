{#
    An id as it was before a spreadsheet, a float or a chat window touched it (docs/rules.md section 2): no invisible characters, no
    wrappers ('123, ="123", a tab), ASCII for full-width letters and digits, 2001 for 2001.0; NULL for empty. unknown is the id of
    the unknown member, a word for totals or the column's own name comes from a line that is no row: they say no more than an
    empty field.

    Nearly every id is plain ASCII without a point and begins or ends with a digit, as none of those words does: it needs no more
    than a pattern.
#}
{% macro clean_id(column) -%}
    {%- set no_ids = [
        'unknown', column.split('.')[-1],
        '([合总小共][ 　]*计|汇总|(grand ?|sub[ -]?)?total) ?[:：]?',
    ] -%}
    {%- set trimmed = coupon_rfm.drop_invisible(column, [39, 34, 61]) -%}
    case
        when {{ coupon_rfm.matches(column, '[0-9]([ --/-~]*[0-9A-Za-z])?|[A-Za-z][ --/-~]*[0-9]') }} then {{ column }}
        else {{ coupon_rfm.id_of_float_text(coupon_rfm.null_if_empty_word(
            coupon_rfm.ascii_letters_and_digits(trimmed, column), no_ids
        )) }}
    end
{%- endmacro %}


{# text, which comes from column, with ASCII for its full-width letters and digits. Looking for them first is the cheaper part. #}
{% macro ascii_letters_and_digits(text, column) -%}
    {%- set ascii = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz' -%}
    {%- set full_width = '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ' -%}
    case
        when {{ coupon_rfm.matches(column, '[^\\x{FF10}-\\x{FF5A}]*') }} then {{ text }}
        else translate({{ text }}, '{{ full_width }}', '{{ ascii }}')
    end
{%- endmacro %}


{# 2001 for 2001.0; a whole number so large that a float may have rounded it stays, and is mangled (is_mangled_id). #}
{% macro id_of_float_text(text) -%}
    {{ coupon_rfm.rewrite(text, '([0-9]{1,15}|[1-8][0-9]{15})[.]0+', '\\1') }}
{%- endmacro %}
