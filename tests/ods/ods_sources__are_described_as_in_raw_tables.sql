{{ config(meta={
    'test_id': 'ODS-S01',
    'name_zh': '宏 raw_tables 与原始表的描述一致',
    'expected': '不合格行数 = 0',
}) }}

-- The models ask the macro, which is made from the sources YAML, for the raw tables and their
-- columns: whoever changes the YAML makes it anew.
{% set made, described = {}, {} %}
{% for table in raw_tables() %}{% do made.update({table.name: table.columns}) %}{% endfor %}
{% for node in graph.get('sources', {}).values() if node.name != 'source_file' %}
{% set columns = node.columns.values() | rejectattr('meta.added_by_reader') %}
{% do described.update({node.name: columns | map(attribute='name') | list}) %}
{% endfor %}
select
    'macros/ods/raw_tables.sql is not what models/ods/_sources.yml says: run `make generate`.'
        as finding
where {{ 1 if made != described else 0 }} = 1
