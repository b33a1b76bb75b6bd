{# 是/否 in its spellings as a boolean, from clean text; NULL for empty and for everything else. #}
{% macro parse_flag(text) -%}
    case
        when {{ coupon_rfm.matches('lower(' ~ text ~ ')', '是|1|1[.]0|y|yes|true|t') }} then true
        when {{ coupon_rfm.matches('lower(' ~ text ~ ')', '否|0|0[.]0|n|no|false|f') }} then false
    end
{%- endmacro %}
