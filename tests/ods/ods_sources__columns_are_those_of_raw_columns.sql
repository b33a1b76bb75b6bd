{{ config(meta={
    'test_id': 'ODS-S01',
    'name_zh': '原始表的列清单与宏 raw_columns 一致',
    'expected': '不合格行数 = 0',
}) }}

-- The reader takes the columns of the sources YAML, the comparison of duplicates those of the
-- macro: they must be the same list.
{% set differing = [] %}
{% for table in (raw_tables() if execute else []) if table.name in raw_columns() %}
{% if table.columns != raw_columns()[table.name] %}{% do differing.append(table.name) %}{% endif %}
{% endfor %}
select '{{ differing | join(', ') }}' as source_tables
where {{ differing | length }} > 0
