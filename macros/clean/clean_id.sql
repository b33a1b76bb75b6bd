{#
    An id without the wrappers that spreadsheets put around text: '123, ="123", a tab (docs/rules.md section 2). The word unknown
    is the id of the unknown member, so it says no more than an empty field.
#}
{% macro clean_id(column) -%}
    {{ coupon_rfm.null_if_empty_word(
        coupon_rfm.trim_characters(column, coupon_rfm.blank_characters() + [39, 34, 61]), more_words=['unknown']
    ) }}
{%- endmacro %}
