{#
    What the effects are broken down by: the keys of dws_coupon_event that a member of each breakdown consists of. A breakdown of
    an effect table is added here, and nowhere else in dws.
#}
{% macro breakdowns() -%}
    {{ return({
        'overall': [],
        'level': ['segment_key'],
        'activity': ['activity_key'],
        'activity_level': ['activity_key', 'segment_key'],
        'agent': ['agent_key'],
        'agent_level': ['agent_key', 'segment_key'],
        'product': ['product_key'],
    }) }}
{%- endmacro %}
