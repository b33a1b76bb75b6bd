{# The versions of every key follow one another without a gap or an overlap, from the beginning of time to no end. #}
{% test covers_all_time(model, key) %}

with

neighbours as (
    select
        {{ key }},
        valid_from,
        valid_to,
        lag(valid_to) over (partition by {{ key }} order by valid_from) as ends_before,
        row_number() over (partition by {{ key }} order by valid_from) as version_number,
        row_number() over (partition by {{ key }} order by valid_from desc) as number_from_last
    from {{ model }}
)

select *
from neighbours
where
    (version_number = 1 and valid_from is distinct from {{ coupon_rfm.beginning_of_time() }})
    or (version_number > 1 and valid_from is distinct from ends_before)
    or (number_from_last = 1) <> (valid_to is null)
    or valid_to <= valid_from

{% endtest %}
