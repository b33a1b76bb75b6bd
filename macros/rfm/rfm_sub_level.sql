{# Tells the two kinds of the segment `potential` apart: much money in few uses, or the reverse (docs/rules.md section 5); NULL for others. #}
{% macro rfm_sub_level(segment_key, f_score, m_score) -%}
    case
        when {{ segment_key }} <> {{ coupon_rfm.segment_key('potential') }} then null
        when {{ m_score }} > {{ f_score }} then '高额低频'
        when {{ m_score }} < {{ f_score }} then '低额高频'
        else '均衡'
    end
{%- endmacro %}
