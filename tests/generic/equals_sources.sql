{#
    Every row of the model has its row in each source, found by the key, and is equal to it in the columns that come from
    there; NULL equals NULL. Of a source with all_rows, no row is missing in the model either. A row that fails says which
    columns differ, and how; not how where the values may tell who somebody is.

    sources: a list of {relation, key, columns, renamed, where, joins, all_rows}. A key or renamed that is a mapping gives the
    source's expression by the model's column; columns have the same name on both sides; where chooses among the rows of the source.
    joins gives the dimension of a key of the source: `joins: {shop_key: ref('dim_shop')}` lets an expression say shop.shop_id.
#}
{% test equals_sources(model, sources) %}

{%- for source in sources %}
{%- set source_name = source.relation.identifier %}
{%- set keys = dict(source.key if source.key is mapping else zip(source.key, source.key)) %}
{%- set columns = dict(source.get('renamed', {})) %}
{%- for name in source.get('columns', []) %}{% do columns.update({name: 'origin.' ~ name}) %}{% endfor %}
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
                    {% if coupon_rfm.is_personal(name) -%}
                    '{{ name }} is another in {{ source_name }}. '
                    {%- else -%}
                    '{{ name }} is ' || coalesce(cast(tested.{{ name }} as string), 'NULL')
                    || ', in {{ source_name }} ' || coalesce(cast(expected.{{ name }} as string), 'NULL') || '. '
                    {%- endif %}
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
    from {{ source.relation }} as origin
    {%- for key, dimension in source.get('joins', {}).items() %}
    left join {{ dimension }} as {{ key[:-4] }}
        on origin.{{ key }} = {{ key[:-4] }}.{{ dimension.identifier | replace('dim_', '') }}_key
    {%- endfor %}
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

