{#
    No two rows are alike in the columns; unlike a primary key, they may be NULL, and two NULLs are
    alike. One scan.
#}
{% test unique_combination(model, columns) %}

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
