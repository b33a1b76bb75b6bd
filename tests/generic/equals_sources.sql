{#
    Every row of the model has its row in each source, found by the key, and is equal to it in the columns that come from
    there; NULL equals NULL. Of a source with all_rows, no row is missing in the model either. A row that fails says which
    columns differ, and how.

    sources: a list of {relation, key, columns, renamed, where, all_rows}. A key or renamed that is a mapping gives the source's
    expression by the model's column; columns have the same name on both sides; where chooses among the rows of the source.
#}
{% test equals_sources(model, sources) %}

{%- for source in sources %}
{%- set source_name = source.relation.identifier %}
{%- set keys = source.key if source.key is mapping else dict(zip(source.key, source.key)) %}
{%- set same = source.get('columns', []) %}
{%- set columns = dict(zip(same, same), **source.get('renamed', {})) %}
{%- set first_key = keys.keys() | first %}
select
    {% for name in keys %}{{ "|| ', ' || " if not loop.first }}'{{ name }} = ' || coalesce(
        cast(coalesce(tested.{{ name }}, expected.{{ name }}) as string), 'NULL'
    )
    {% endfor -%}
    as row_key,
    case
        when tested.{{ first_key }} is null then 'the row is in {{ source_name }} only'
        when expected.{{ first_key }} is null then 'the row is not in {{ source_name }}'
        else {{ "''" if not columns }}
            {%- for name in columns %}
            {{ '|| ' if not loop.first }}case
                when tested.{{ name }} is distinct from expected.{{ name }} then
                    '{{ name }} is ' || coalesce(cast(tested.{{ name }} as string), 'NULL')
                    || ', in {{ source_name }} ' || coalesce(cast(expected.{{ name }} as string), 'NULL') || '. '
                else ''
            end
            {%- endfor %}
    end as finding
from {{ model }} as tested
{{ 'full outer' if source.get('all_rows') else 'left' }} join (
    select
        {% for name, expression in dict(keys, **columns).items() -%}
        {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ source.relation }}
    where {{ source.get('where', 'true') }}
) as expected
    on {% for name in keys %}{{ ' and ' if not loop.first }}tested.{{ name }} = expected.{{ name }}{% endfor %}
where
    tested.{{ first_key }} is null
    or expected.{{ first_key }} is null
    {%- for name in columns %}
    or tested.{{ name }} is distinct from expected.{{ name }}
    {%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}

{% endtest %}

