{#
    Whether any of the ids (clean) is a number in scientific notation, as a spreadsheet writes a long one: 5.77E+12 has lost
    digits for ever, so that two ids may look the same. The search for E+ spares nearly all values the pattern.
#}
{% macro is_mangled_id(columns) -%}
    (
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}coalesce(
            ({{ column }} like '%E+%' or {{ column }} like '%e+%')
            and {{ coupon_rfm.matches(column, '[0-9]+([.][0-9]+)?[eE][+][0-9]+') }},
            false
        )
        {%- endfor %}
    )
{%- endmacro %}
