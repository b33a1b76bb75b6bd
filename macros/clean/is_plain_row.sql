{#
    Whether every field of a raw row is empty or in the plain form of its kind, so that it is the clean text already, and a cast
    reads it: of such rows, nearly all, only this is asked (plain_or). A plain id has no point and no plus, as every mangled one
    has, and a digit at one end, as no word for empty, totals or a header has (docs/rules.md section 2).

    kinds: of which kinds the fields are looked at.
#}
{% macro is_plain_row(table, kinds=['id', 'time', 'amount', 'hours', 'flag']) -%}
    {%- set plain_forms = {
        'id': '[0-9A-Za-z_-]*[0-9]|[0-9][0-9A-Za-z_-]*',
        'time': '20[0-9]{2}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}',
        'amount': '[0-9]{1,9}([.][0-9]{1,2})?',
        'hours': '[0-9]{1,4}',
        'flag': '[是否]',
    } -%}
    {%- set checks = [] -%}
    {%- for kind, columns in coupon_rfm.raw_table(table).columns_of.items() if kind in kinds -%}
        {%- for column in columns -%}
            {%- do checks.append(coupon_rfm.matches(column, plain_forms[kind])) -%}
        {%- endfor -%}
    {%- endfor -%}
    coalesce(
            {{ checks | join('\n            and ') }},
            true
        )
{%- endmacro %}
