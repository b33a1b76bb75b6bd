{#
    Whether any of the ids (clean) of a relation is a number that a spreadsheet or a program has rounded: in scientific notation
    (5.77E+12, 5.77E12, 5E+12; 12E5 may be an id), or whole, with a point, and larger than a float holds exactly. Its digits
    are lost for ever, so that two ids may look the same. The search for a point or a plus spares nearly all values the pattern.
#}
{% macro is_mangled_id(columns, relation) -%}
    (
        {%- for column in columns %}
        {%- set id = relation ~ '.' ~ column %}
        {{ 'or ' if not loop.first }}coalesce(
            ({{ id }} like '%.%' or {{ id }} like '%+%')
            and {{ coupon_rfm.matches(id, '[0-9]+([.][0-9]+[eE][+]?|[eE][+])[0-9]+|[0-9]{16,}[.]0+') }},
            false
        )
        {%- endfor %}
    )
{%- endmacro %}
