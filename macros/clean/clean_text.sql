{#
    Text without invisible characters and the blanks around it; NULL for an empty field and for the words exports write for one
    (docs/rules.md section 2). Nearly every value is plain ASCII that begins with a digit, as none of those words does: it needs
    no more than a pattern.
#}
{% macro clean_text(column) -%}
    case
        when {{ coupon_rfm.matches(column, '[0-9]([ -~]*[0-9A-Za-z])?|[是否]') }} then {{ column }}
        when {{ column }} is not null
            then {{ coupon_rfm.with_name(
                coupon_rfm.drop_invisible(column), 't', coupon_rfm.null_if_empty_word('t')
            ) }}
    end
{%- endmacro %}


{# The text without invisible characters anywhere, nor blanks and `more_trimmed` (code points) at its ends. #}
{% macro drop_invisible(text, more_trimmed=[]) -%}
    {%- set invisible = coupon_rfm.invisible_characters() -%}
    {%- set trimmed = '[' ~ coupon_rfm.code_point_pattern(coupon_rfm.blank_characters() + more_trimmed) ~ invisible ~ ']+' -%}
    {{ coupon_rfm.drop_matches(text, '\\A' ~ trimmed ~ '|' ~ trimmed ~ '\\z|[' ~ invisible ~ ']+') }}
{%- endmacro %}


{# space, tab, CR, no-break space, ideographic space, byte order mark; spelt by code point to be seen. #}
{% macro blank_characters() %}
    {{ return([32, 9, 13, 160, 12288, 65279]) }}
{% endmacro %}


{#
    Inside the brackets of a pattern: NUL, soft hyphen, zero-width characters and marks of direction, their embeddings, word joiner
    and its kin, byte order mark.
#}
{% macro invisible_characters() %}
    {{ return('\\x{0}\\x{AD}\\x{200B}-\\x{200F}\\x{202A}-\\x{202E}\\x{2060}-\\x{2064}\\x{FEFF}') }}
{% endmacro %}


{% macro code_point_pattern(code_points) -%}
    {%- for code in code_points %}{{ '\\x{%X}' | format(code) }}{% endfor -%}
{%- endmacro %}


{# The words are patterns here, and patterns and not a list: DuckDB makes a list a join, for every row. #}
{% macro null_if_empty_word(text, more_patterns=[]) -%}
    {%- set words = [
        '', 'null', 'none', 'nan', 'nat', 'n/a', '#n/a', '<na>', '[(]null[)]', '\\[null\\]', '\\\\n', '-', '--',
    ] -%}
    case
        when {{ coupon_rfm.matches('lower(' ~ text ~ ')', (words + more_patterns) | join('|')) }} then null
        else {{ text }}
    end
{%- endmacro %}
