{# A raw row as JSON text; of an unreadable line, its text. #}
{% macro raw_row(struct, corrupt_record) -%}
    case
        when {{ corrupt_record }} is not null then {{ coupon_rfm.json_text(coupon_rfm.struct_of([corrupt_record])) }}
        else {{ coupon_rfm.json_text(struct) }}
    end
{%- endmacro %}
