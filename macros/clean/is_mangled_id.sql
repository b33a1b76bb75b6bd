{#
    Whether any of the ids (clean) of a relation is a number in scientific notation, as a spreadsheet writes a long one: 5.77E+12
    has lost digits for ever, so that two ids may look the same. The search for E+ spares nearly all values the pattern.
#}
{% macro is_mangled_id(columns, relation) -%}
    (
        {%- for column in columns %}
        {%- set id = relation ~ '.' ~ column %}
        {{ 'or ' if not loop.first }}coalesce(
            ({{ id }} like '%E+%' or {{ id }} like '%e+%')
            and {{ coupon_rfm.matches(id, '[0-9]+([.][0-9]+)?[eE][+][0-9]+') }},
            false
        )
        {%- endfor %}
    )
{%- endmacro %}
