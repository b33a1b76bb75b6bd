{#
    Text without invisible characters and the blanks around it; NULL for an empty field and for the words exports write for one
    (docs/rules.md section 2). Nearly every value is plain ASCII that begins with a digit, as none of those words does: it needs
    no more than a pattern.
#}
{% macro clean_text(column) -%}
    case
        when {{ coupon_rfm.matches(column, '[0-9]([ -~]*[0-9A-Za-z])?|[是否]') }} then {{ column }}
        else {{ coupon_rfm.null_if_empty_word(coupon_rfm.drop_invisible(column)) }}
    end
{%- endmacro %}
