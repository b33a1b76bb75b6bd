{# The raw tables of the sources YAML: name, relation, is_required, columns and required_columns, in the order of their names. #}
{% macro raw_tables() %}
    {% set tables = [] %}
    {% for node in graph.sources.values() | selectattr('source_name', 'equalto', 'ods') | sort(attribute='name') %}
        {% if node.name != 'source_file' %}
            {% set columns = [] %}
            {% set required_columns = [] %}
            {% for column in node.columns.values() if not column.meta.get('added_by_reader') %}
                {% do columns.append(column.name) %}
                {% if not column.meta.get('optional') %}{% do required_columns.append(column.name) %}{% endif %}
            {% endfor %}
            {% do tables.append({
                'name': node.name, 'relation': node.relation_name,
                'is_required': not node.meta.get('optional', false),
                'columns': columns, 'required_columns': required_columns,
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}
