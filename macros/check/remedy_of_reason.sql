{# A SQL expression: what to do about many rows of one reject reason (docs/rules.md section 3), as a sentence. #}
{% macro remedy_of_reason(reason) -%}
    {%- set remedies = {
        'unreadable': 'These lines have more or fewer fields than the header, or a quote that is not closed: export the file again.',
        'missing_key': 'The id of these rows is empty: export the file again with it.',
        'mangled_id': 'A spreadsheet turned these ids into numbers such as 5.77E+12: export the file again and do not save it in one.',
        'bad_time': 'Write times as YYYY-MM-DD HH:MM:SS.',
        'bad_amount': 'Write amounts in yuan, such as 12.50.',
        'bad_flag': 'Write flags as 是 or 否, and types and states in the words of docs/rules.md.',
        'test_account': 'Look whether seeds/reference/test_account.csv lists real accounts, and whether payments of 0.01 are real.',
        'unit_suspect': 'These amounts look like fen: write yuan.',
        'discount_out_of_rule': 'Look whether discounts are in yuan, and whether product.csv has the prices of that time.',
        'validity_out_of_rule': 'Write valid_hours in whole hours from 1 to 24.',
        'orphan_use': 'The sends of these uses are in no file of coupon_send: put those of the same time into the raw folder.',
        'use_before_send': 'Look whether the times of coupon_send and coupon_use are of the same time zone.',
    } -%}
    case {{ reason }}
        {%- for code, sentence in remedies.items() %}
        when '{{ code }}' then '{{ sentence }}'
        {%- endfor %}
    end
{%- endmacro %}
