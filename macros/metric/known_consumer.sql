{#
    The consumer of a send as far as it is known on as_of_date: one filled from a use is unknown before that use's pay day,
    because events after as_of_date do not exist (docs/rules.md section 5).
#}
{% macro known_consumer(consumer_key, consumer_known_date, consumer_key_at_send, as_of_date) -%}
    case
        when {{ consumer_known_date }} <= {{ as_of_date }} then {{ consumer_key }}
        else {{ consumer_key_at_send }}
    end
{%- endmacro %}
