{#
    A name without the blanks and invisible characters around it, NULL for empty. Within it they stay: they join the parts of
    an emoji (docs/rules.md section 2).
#}
{% macro clean_name(column) -%}
    {%- set trimmed = '[' ~ coupon_rfm.code_point_pattern(coupon_rfm.blank_characters()) ~ coupon_rfm.invisible_characters() ~ ']+' -%}
    {{ coupon_rfm.null_if_empty_word(coupon_rfm.drop_matches(column, '\\A' ~ trimmed ~ '|' ~ trimmed ~ '\\z')) }}
{%- endmacro %}
