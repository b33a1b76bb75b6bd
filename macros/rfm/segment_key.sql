{#
    The number of a segment by its code: 1 for the highest, 5 for the sends of unknown consumers. Facts and sums carry it; its
    name, which is a setting, comes from dim_segment.
#}
{% macro segment_key(segment_code) -%}
    {%- set segment_codes = ['high_value', 'potential', 'general', 'lost', 'unknown'] -%}
    {%- if segment_code not in segment_codes -%}
        {{ exceptions.raise_compiler_error(
            "segment_key: segment_code is '" ~ segment_code ~ "', but must be one of " ~ segment_codes | join(', ')
        ) }}
    {%- endif -%}
    {{ segment_codes.index(segment_code) + 1 }}
{%- endmacro %}
