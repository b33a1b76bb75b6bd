"""Write the raw tables of models/ods/_sources.yml as a macro."""

from __future__ import annotations

from typing import Any

import click

from coupon_rfm import ROOT
from coupon_rfm.raw_tables import RawTable, read_raw_tables

MACRO = ROOT / "macros" / "ods" / "raw_tables.sql"
HEAD = """\
{#
    The raw tables, in the order of their names. Made by `make generate` from
    models/ods/_sources.yml, which explains it: change that file instead. A macro, because models
    ask it where dbt has no graph: when it parses them, and in unit tests.
#}
{% macro raw_tables() %}
    {{ return([
"""
FOOT = """\
    ]) }}
{% endmacro %}
"""


def macro_text() -> str:
    """The whole file of the macro."""
    return HEAD + "".join(map(_entry, read_raw_tables().values())) + FOOT


def _entry(table: RawTable) -> str:
    kinds = dict.fromkeys(table.kinds[column] for column in table.columns)
    facts: dict[str, Any] = {
        "name": table.name,
        "is_required": table.is_required,
        "key": table.key,
        "columns": list(table.columns),
        "required_columns": [c for c in table.columns if c not in table.optional_columns],
        "columns_of": {kind: list(table.columns_of(kind)) for kind in kinds},
        "values_of": {column: list(values) for column, values in table.values.items()},
        "amount_at_stake": table.amount_at_stake,
        "has_updated_at": "updated_at" in table.columns,
        "reject_reasons": list(table.reject_reasons),
    }
    lines = "".join(f"            {name!r}: {_literal(value)},\n" for name, value in facts.items())
    return f"        {{\n{lines}        }},\n"


def _literal(value: object) -> str:
    """A value as Jinja writes it."""
    return {"True": "true", "False": "false", "None": "none"}.get(repr(value), repr(value))


@click.command()
def main() -> None:
    """Write macros/ods/raw_tables.sql from models/ods/_sources.yml."""
    MACRO.write_text(macro_text(), encoding="utf-8", newline="\n")
    click.echo(f"wrote {MACRO.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
