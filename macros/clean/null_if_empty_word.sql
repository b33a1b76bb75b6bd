{#
    NULL for an empty text and for the words that exports write for one (docs/rules.md section 2). They are patterns here, and not a
    list: DuckDB makes a list a join, for every row.
#}
{% macro null_if_empty_word(text, more_patterns=[]) -%}
    {%- set words = [
        '', 'null', 'none', 'nan', 'nat', 'n/a', '#n/a', '<na>', '[(]null[)]', '\\[null\\]', '\\\\n', '-', '--',
    ] -%}
    case
        when {{ coupon_rfm.matches('lower(' ~ text ~ ')', (words + more_patterns) | join('|')) }} then null
        else {{ text }}
    end
{%- endmacro %}
