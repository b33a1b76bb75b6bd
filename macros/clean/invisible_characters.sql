{#
    Inside the brackets of a pattern: NUL, soft hyphen, zero-width characters and marks of direction, their embeddings, word joiner
    and its kin, byte order mark.
#}
{% macro invisible_characters() %}
    {{ return('\\x{0}\\x{AD}\\x{200B}-\\x{200F}\\x{202A}-\\x{202E}\\x{2060}-\\x{2064}\\x{FEFF}') }}
{% endmacro %}
