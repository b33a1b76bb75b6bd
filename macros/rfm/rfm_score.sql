{#
    The score 1 to 5 of one RFM dimension by vars.rfm_thresholds (docs/rules.md section 5). Bands are half open: 9999.50 yuan
    score 4, because 10000 is not reached.
#}
{% macro rfm_score(dimension, value) -%}
    {%- set thresholds = coupon_rfm.setting('rfm_thresholds') -%}
    {%- if dimension not in thresholds -%}
        {{ exceptions.raise_compiler_error(
            "rfm_score: dimension is '" ~ dimension ~ "', but must be recency, frequency or monetary"
        ) }}
    {%- endif -%}
    {%- set comparison = '<=' if dimension == 'recency' else '>=' -%}
    case
        {%- for bound in thresholds[dimension] %}
        when {{ value }} {{ comparison }} {{ bound }} then {{ 5 - loop.index0 }}
        {%- endfor %}
        else 1
    end
{%- endmacro %}
