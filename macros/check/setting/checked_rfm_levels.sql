{# The var rfm_levels: the four segments, with names of their own and falling least totals. #}
{% macro checked_rfm_levels(value) %}
    {% set usual = {
        'high_value': {'name': '高价值用户', 'min_total': 13},
        'potential': {'name': '潜力用户', 'min_total': 9},
        'general': {'name': '一般用户', 'min_total': 6},
        'lost': {'name': '流失用户', 'min_total': 3},
    } %}
    {% set roles = usual.keys() | list %}
    {% do coupon_rfm.check_keys('rfm_levels', value, usual) %}
    {% set names = [] %}
    {% for role in roles %}
        {% set level = value[role] %}
        {% do coupon_rfm.check_keys('rfm_levels.' ~ role, level, usual[role]) %}
        {% if level['name'] is not string or not modules.re.fullmatch('[^\\s\'"`;\\\\]{1,30}', level['name'])
            or level['name'] in names + ['未知用户', '新用户'] %}
            {{ coupon_rfm.reject_setting(
                'rfm_levels.' ~ role ~ '.name', level['name'],
                'a name of 1 to 30 characters without blanks or quotes, of its own, and not 未知用户 or 新用户'
            ) }}
        {% endif %}
        {% do names.append(level['name']) %}
        {{ coupon_rfm.check_whole_number('rfm_levels.' ~ role ~ '.min_total', level['min_total'], 3, 15) }}
        {% if not loop.first and level['min_total'] >= value[roles[loop.index0 - 1]]['min_total'] %}
            {{ coupon_rfm.reject_setting(
                'rfm_levels.' ~ role ~ '.min_total', level['min_total'],
                'below ' ~ value[roles[loop.index0 - 1]]['min_total'] ~ ', the least total of ' ~ roles[loop.index0 - 1]
            ) }}
        {% endif %}
    {% endfor %}
    {% if value['lost']['min_total'] != 3 %}
        {{ coupon_rfm.reject_setting(
            'rfm_levels.lost.min_total', value['lost']['min_total'], '3, the least total there is, so that no user is left out'
        ) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
