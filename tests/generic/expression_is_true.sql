{# The expression holds in every row. NULL does not hold: write coalesce(…, true) where it may. #}
{% test expression_is_true(model, expression) %}

select *
from {{ model }}
where not coalesce({{ expression }}, false)

{% endtest %}
