{# The text without invisible characters anywhere, nor blanks and `more_trimmed` (code points) at its ends. #}
{% macro drop_invisible(text, more_trimmed=[]) -%}
    {%- set invisible = coupon_rfm.invisible_characters() -%}
    {%- set trimmed = '[' ~ coupon_rfm.code_point_pattern(coupon_rfm.blank_characters() + more_trimmed) ~ invisible ~ ']+' -%}
    {{ coupon_rfm.drop_matches(text, '\\A' ~ trimmed ~ '|' ~ trimmed ~ '\\z|[' ~ invisible ~ ']+') }}
{%- endmacro %}
