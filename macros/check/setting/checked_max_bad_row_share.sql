{# The var max_bad_row_share as a share of every raw table. A table that a mapping leaves out has the share of dbt_project.yml. #}
{% macro checked_max_bad_row_share(value) %}
    {% set shares = {} %}
    {% for table in coupon_rfm.raw_tables() | sort(attribute='is_required', reverse=true) | map(attribute='name') %}
        {% do shares.update({table: value.get(table, 0.2) if value is mapping else value}) %}
    {% endfor %}
    {% for table in (value if value is mapping else []) if table not in shares %}
        {% set nearest = coupon_rfm.nearest(table, shares.keys() | list) %}
        {{ coupon_rfm.reject_setting(
            'max_bad_row_share', coupon_rfm.shown_block(value),
            'one share, or shares of ' ~ shares.keys() | join(', ') ~ '; ' ~ table ~ ' is none of them'
            ~ (', did you mean ' ~ nearest ~ '?' if nearest else '')
        ) }}
    {% endfor %}
    {% for table, share in shares.items() %}
        {% if share is not number or share is boolean or share < 0 or share > 1 %}
            {{ coupon_rfm.reject_setting(
                'max_bad_row_share' ~ ('.' ~ table if value is mapping else ''), share,
                'a number from 0 to 1: 0.2 lets a fifth of the rows of a table be unreadable or rejected'
            ) }}
        {% endif %}
    {% endfor %}
    {{ return(shares) }}
{% endmacro %}
