{#
    NULL for an empty text and for the words that exports write for one, in any case (docs/rules.md section 2). They are patterns here, and
    not a list: DuckDB makes a list a join, for every row. The text stands once, so that it is computed once.
#}
{% macro null_if_empty_word(text, more_patterns=[]) -%}
    {%- set words = [
        'null', 'none', 'nan', 'nat', 'n/a', '#n/a', '<na>', '[(]null[)]', '\\[null\\]', '\\\\n', '-', '--',
    ] -%}
    nullif({{ coupon_rfm.rewrite(text, coupon_rfm.in_any_case((words + more_patterns) | join('|')), '') }}, '')
{%- endmacro %}


{#
    A pattern of small letters, none within brackets, that lets capitals pass, too (and the sign of Kelvin, a capital k). (?i) is not
    alike on both engines beyond ASCII.
#}
{% macro in_any_case(pattern) -%}
    {%- for character in pattern -%}
        {%- set more = '\\x{212A}' if character == 'k' else '' -%}
        {{ '[' ~ character ~ character | upper ~ more ~ ']' if 'a' <= character <= 'z' else character }}
    {%- endfor -%}
{%- endmacro %}
