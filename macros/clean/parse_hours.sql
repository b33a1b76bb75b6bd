{# A whole number of hours (24, 24.0) as an integer, from clean text; NULL for empty and for everything else. #}
{% macro parse_hours(text) -%}
    case
        when {{ coupon_rfm.matches(text, '[0-9]{1,4}([.]0+)?') }}
            then try_cast({{ dbt.split_part(text, "'.'", 1) }} as integer)
    end
{%- endmacro %}
