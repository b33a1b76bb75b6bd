{# Tells the two kinds of 潜力用户 apart: much money in few uses, or the reverse (docs/rules.md section 5); NULL for all others. #}
{% macro rfm_sub_level(user_level, f_score, m_score) -%}
    case
        when {{ user_level }} <> '{{ coupon_rfm.setting('rfm_levels')['potential']['name'] }}' then null
        when {{ m_score }} > {{ f_score }} then '高额低频'
        when {{ m_score }} < {{ f_score }} then '低额高频'
        else '均衡'
    end
{%- endmacro %}
