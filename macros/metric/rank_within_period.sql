{#
    Dense rank of a measure within its period, descending, NULL last; NULL under vars.min_sends_to_rank sends, who take no
    place from the others (docs/contract.md section 5).
#}
{% macro rank_within_period(measure, relation) -%}
    {%- set is_ranked = relation ~ '.send_count >= ' ~ coupon_rfm.setting('min_sends_to_rank') -%}
    case
        when {{ is_ranked }} then cast(dense_rank() over (
            partition by {{ relation }}.period, {{ is_ranked }}
            order by {{ relation }}.{{ measure }} desc nulls last
        ) as bigint)
    end
{%- endmacro %}
