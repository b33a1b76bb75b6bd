{#
    A raw row as JSON text, or of an unreadable line its text. With `only_where`, an expression, NULL where that is NULL: of millions
    of rows only the rejected ones are ever looked at.
#}
{% macro raw_row(struct, corrupt_record, only_where=none) -%}
    case
        {%- if only_where %}
        when {{ only_where }} is null then null
        {%- endif %}
        when {{ corrupt_record }} is not null then {{ coupon_rfm.json_text(coupon_rfm.struct_of([corrupt_record])) }}
        else {{ coupon_rfm.json_text(struct) }}
    end
{%- endmacro %}
