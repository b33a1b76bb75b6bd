{#
    Yuan as decimal(18, 2), from clean text; NULL for empty and for what cannot be read: signs, exponents, NaN, a third decimal,
    more than 9 digits before the point. The plain form needs no more than a pattern; ￥1,299.00, 12.5元 and full-width digits are
    brought to it first. What a float adds or lacks (58.99999999999999), less than 0.000001, shows in the third to sixth decimal,
    all 0 or all 9, and the cast rounds it away.
#}
{% macro parse_amount(text) -%}
    {%- set plain = '[0-9]{1,9}([.][0-9]{1,2})?' -%}
    {%- set written = '([0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2})([.]([0-9]{1,2}0*|[0-9]{2}(0000[0-9]*|9999[0-9]*[1-9][0-9]*)))?' -%}
    {%- set normal = coupon_rfm.normal_amount_text(text) -%}
    case
        when {{ coupon_rfm.matches(text, plain) }} then try_cast({{ text }} as decimal(18, 2))
        when {{ coupon_rfm.matches(normal, written) }} then try_cast(replace({{ normal }}, ',', '') as decimal(18, 2))
    end
{%- endmacro %}


{# Full-width characters made ASCII, all blanks, one leading ¥ and one trailing 元 dropped. #}
{% macro normal_amount_text(text) -%}
    {%- set no_blanks -%}
        translate({{ text }}, '０１２３４５６７８９．，￥' {%- for code in coupon_rfm.blank_characters() %} || {{ coupon_rfm.character(code) }}{% endfor %}, '0123456789.,¥')
    {%- endset -%}
    {{ coupon_rfm.drop_matches(no_blanks, '^¥|元$') }}
{%- endmacro %}
