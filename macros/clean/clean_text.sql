{# Text without the blanks around it; NULL for an empty field and for the words exports write for one (docs/rules.md section 2). #}
{% macro clean_text(column) -%}
    {{ coupon_rfm.null_if_empty_word(coupon_rfm.trim_characters(column, coupon_rfm.blank_characters())) }}
{%- endmacro %}


{# space, tab, CR, no-break space, ideographic space, byte order mark; spelt by code point to be seen. #}
{% macro blank_characters() %}
    {{ return([32, 9, 13, 160, 12288, 65279]) }}
{% endmacro %}


{#
    The words are short, which spares most values the comparison. A pattern and not a list: DuckDB makes a list a join, for
    every row.
#}
{% macro null_if_empty_word(text, more_words=[]) -%}
    {%- set words = ['null', 'none', 'nan', 'n/a', '-', '--'] + more_words -%}
    {%- set longest = words | map('length') | max -%}
    case
        when length({{ text }}) <= {{ longest }}
            and {{ coupon_rfm.matches('lower(' ~ text ~ ')', '(' ~ words | join('|') ~ ')?') }}
            then null
        else {{ text }}
    end
{%- endmacro %}
