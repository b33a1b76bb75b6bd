"""The raw tables, as models/ods/_sources.yml describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from coupon_rfm import ROOT

DESCRIPTION = ROOT / "models" / "ods" / "_sources.yml"


@dataclass(frozen=True)
class RawTable:
    """One raw table. Its columns are in the order of its row text; the first one is its key.

    `values` has the values of each code. `amount_at_stake` is the column whose money is at stake
    when a row is not accepted. Without reject reasons, rows are counted but not checked.
    """

    name: str
    columns: tuple[str, ...]
    kinds: dict[str, str]
    values: dict[str, tuple[str, ...]]
    optional_columns: frozenset[str]
    is_required: bool
    amount_at_stake: str | None
    reject_reasons: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column that names what a row is about."""
        return self.columns[0]

    def columns_of(self, kind: str) -> tuple[str, ...]:
        """The columns of a kind."""
        return tuple(column for column in self.columns if self.kinds[column] == kind)


def read_raw_tables() -> dict[str, RawTable]:
    """Return the raw tables by name, in the order of their names."""
    content = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    (source,) = content["sources"]
    tables = [_raw_table(table) for table in source["tables"] if table["name"] != "source_file"]
    return {table.name: table for table in sorted(tables, key=lambda table: table.name)}


def _raw_table(table: dict[str, Any]) -> RawTable:
    metas = {column["name"]: column["config"]["meta"] for column in table["columns"]}
    metas = {name: meta for name, meta in metas.items() if not meta.get("added_by_reader")}
    meta = table["config"]["meta"]
    return RawTable(
        name=table["name"],
        columns=tuple(metas),
        kinds={name: meta["kind"] for name, meta in metas.items()},
        values={name: tuple(meta["values"]) for name, meta in metas.items() if "values" in meta},
        optional_columns=frozenset(name for name, meta in metas.items() if meta.get("optional")),
        is_required=not meta.get("optional", False),
        amount_at_stake=meta.get("amount_at_stake"),
        reject_reasons=tuple(meta.get("reject_reasons", ())),
    )
