{#
    numerator / denominator, exact, rounded half up to `scale` decimals, as decimal(18, scale); NULL where the denominator
    is 0 or NULL. Both must be 0 or more with at most 2 decimals (counts and yuan are).

    Neither engine divides decimals exactly (DuckDB: to a double; Spark: to a scale of its own choice, rounded twice), so
    both divide integers: round(a / b) = (2a + b) div 2b. Doubles never appear.
#}
{% macro exact_div(numerator, denominator, scale=6) -%}
    {{ return(adapter.dispatch('exact_div', 'coupon_rfm')(numerator, denominator, scale)) }}
{%- endmacro %}

{# hugeint holds 38 digits: 2 * 10^6 * cents leaves room for 10^29 yuan. #}
{% macro duckdb__exact_div(numerator, denominator, scale) -%}
    cast(cast(
        (cast({{ numerator }} * 100 as hugeint) * {{ 2 * 10 ** scale }} + cast({{ denominator }} * 100 as hugeint))
        // (2 * nullif(cast({{ denominator }} * 100 as hugeint), 0))
        as decimal(38, 0)
    ) * cast({{ '0.' ~ '0' * (scale - 1) ~ '1' }} as decimal({{ scale }}, {{ scale }})) as decimal(18, {{ scale }}))
{%- endmacro %}

{# `div` gives a bigint: the quotient must be below 9.2 * 10^(18 - scale). #}
{% macro spark__exact_div(numerator, denominator, scale) -%}
    cast(cast(
        (cast({{ numerator }} * 100 as decimal(24, 0)) * cast({{ 2 * 10 ** scale }} as decimal(8, 0))
            + cast({{ denominator }} * 100 as decimal(24, 0)))
        div (2 * nullif(cast({{ denominator }} * 100 as decimal(24, 0)), 0))
        as decimal(20, 0)
    ) * cast({{ '0.' ~ '0' * (scale - 1) ~ '1' }} as decimal({{ scale }}, {{ scale }})) as decimal(18, {{ scale }}))
{%- endmacro %}
