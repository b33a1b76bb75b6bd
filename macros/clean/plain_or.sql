{# What a field gives in a plain row (is_plain_row), else what the long way gives, which is then spared nearly all rows. #}
{% macro plain_or(plain, long_way) -%}
    case when is_plain then {{ plain }} else {{ long_way }} end
{%- endmacro %}
