{#
    The word of a list that is written most like a text, by the share of pairs of neighbouring letters they have in common (Dice);
    none where nothing is near.
#}
{% macro nearest(text, words) %}
    {% set found = namespace(word=none, likeness=0.4) %}
    {% set pairs = coupon_rfm.letter_pairs(text) %}
    {% for word in words %}
        {% set others = coupon_rfm.letter_pairs(word) %}
        {% set likeness = 2 * (pairs | select('in', others) | list | length) / ([pairs | length + others | length, 1] | max) %}
        {% if likeness > found.likeness %}
            {% set found.word = word %}
            {% set found.likeness = likeness %}
        {% endif %}
    {% endfor %}
    {{ return(found.word) }}
{% endmacro %}


{% macro letter_pairs(text) %}
    {% set letters = modules.re.sub('[^a-z0-9]', '', text | string | lower) %}
    {% set pairs = [] %}
    {% for i in range(letters | length - 1) %}
        {% do pairs.append(letters[i:i + 2]) %}
    {% endfor %}
    {{ return(pairs) }}
{% endmacro %}
