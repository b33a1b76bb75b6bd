{#
    A double or float as text: the shortest decimal that reads as it, with .0 where it is whole, and with an exponent (5.77e+18)
    from 10^16 and below 0.0001. That is how DuckDB casts; Spark writes 5.77E12 from 10^7 on.
#}
{% macro float_text(column) -%}
    {{ return(adapter.dispatch('float_text', 'coupon_rfm')(column)) }}
{%- endmacro %}

{% macro duckdb__float_text(column) -%}
    cast({{ column }} as varchar)
{%- endmacro %}

{% macro spark__float_text(column) -%}
    {%- set text -%} cast({{ column }} as string) {%- endset -%}
    {%- set plain -%} cast(cast({{ text }} as decimal(38, 20)) as string) {%- endset -%}
    {%- set mantissa -%} substring_index({{ text }}, 'E', 1) {%- endset -%}
    case
        when {{ column }} is null then cast(null as string)
        when {{ text }} not like '%E%' then replace(replace({{ text }}, 'Infinity', 'inf'), 'NaN', 'nan')
        when abs({{ column }}) >= 0.0001d and abs({{ column }}) < 1e16d
            then {{ coupon_rfm.drop_matches(plain, '(?<=[.][0-9]{1,20})0+\\z') }}
        else format_string(
            '%se%+03d',
            {{ coupon_rfm.drop_matches(mantissa, '[.]0\\z') }},
            cast(substring_index({{ text }}, 'E', -1) as int)
        )
    end
{%- endmacro %}
