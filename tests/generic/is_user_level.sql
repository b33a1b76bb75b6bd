{#
    Every value is the name of a segment in vars.rfm_levels, as it is set now; with_unknown allows 未知用户 as well and
    with_new 新用户. NULL passes.
#}
{% test is_user_level(model, column_name, with_unknown=false, with_new=false) %}

{%- set names = coupon_rfm.setting('rfm_levels').values() | map(attribute='name') | list -%}
{%- if with_unknown %}{% do names.append(coupon_rfm.unknown_user_level()) %}{% endif -%}
{%- if with_new %}{% do names.append('新用户') %}{% endif %}

select
    {{ column_name }},
    count(*) as row_count
from {{ model }}
where {{ column_name }} not in ('{{ names | join("', '") }}')
group by {{ column_name }}

{% endtest %}
