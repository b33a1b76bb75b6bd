"""Whether two targets hold the same rows.

Each engine writes its relations as Parquet files, and DuckDB compares the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import duckdb

from coupon_rfm.warehouse import Project

LAYERS = ("ods", "dim", "dwd", "dws", "ads")
# The files are written by the engine itself, so that any size fits: only DuckDB needs a file name.
UNLOAD = {
    "duckdb": "copy (select * from {relation}) to '{folder}/rows.parquet' (format parquet)",
    "spark": "insert overwrite directory '{folder}' using parquet select * from {relation}",
}
# Spark keeps the business time, which has no zone, as an instant in UTC.
SAME_TYPE = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMP"}
SAMPLE_ROWS = 3
KEPT = "select table_schema || '.' || table_name from information_schema.tables"


@dataclass(frozen=True)
class Comparison:
    """One relation on both sides: its rows, and how many of each side the other one lacks."""

    relation: str
    row_counts: tuple[int, int]
    surplus_rows: tuple[int, int] = (0, 0)
    columns: tuple[list[str], list[str]] = ([], [])
    samples: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether names, order and types of the columns and all rows are the same."""
        return self.columns[0] == self.columns[1] and self.surplus_rows == (0, 0)

    def __str__(self) -> str:
        """One line, and of a difference a few rows or the columns more."""
        if self.columns[0] != self.columns[1]:
            return "\n  ".join(
                [
                    f"{self.relation}: the columns differ",
                    f"- {', '.join(self.columns[0])}",
                    f"+ {', '.join(self.columns[1])}",
                ]
            )
        if self.is_equal:
            return f"{self.relation}: {self.row_counts[0]} rows, all equal"
        return "\n  ".join(
            [
                f"{self.relation}: {self.row_counts[0]} and {self.row_counts[1]} rows, of which "
                f"{self.surplus_rows[0]} and {self.surplus_rows[1]} are only on one side",
                *self.samples,
            ]
        )


def relations(project: Project, layers: Sequence[str] = LAYERS) -> dict[str, str]:
    """Return the relation in the engine by `schema.table`, of the models and seeds of layers."""
    found: dict[str, Any] = {}
    for node in project.manifest().nodes.values():
        is_kept = node.resource_type in ("model", "seed") and node.relation_name
        if is_kept and node.schema in layers:
            found[f"{node.schema}.{node.alias}"] = node.relation_name
    return dict(sorted(found.items(), key=lambda item: (layers.index(item[0].split(".")[0]), item)))


def unload(project: Project, folder: Path, layers: Sequence[str] = LAYERS) -> Iterator[str]:
    """Write every relation to `folder/<schema.table>/*.parquet`; yield its name when it is written.

    What DuckDB reads from Parquet in ods is a view that ends with the build and is left out. The
    folder must be reachable by the engine under the same path: of a cluster, by its workers.
    """
    found = relations(project, layers)
    if project.engine() == "duckdb":
        with project.query(KEPT) as (_, rows):
            kept = {name for (name,) in rows}
        found = {n: r for n, r in found.items() if n in kept or not n.startswith("ods.")}
    for name, relation in found.items():
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        sql = UNLOAD[project.engine()].format(relation=relation, folder=target)
        with project.query(sql):
            yield name


def compare(left: Path, right: Path) -> Iterator[Comparison]:
    """Compare two folders of `unload`, relation by relation, as multisets of rows.

    Of ods, those that both sides have.
    """
    names = [{path.name for path in folder.iterdir() if path.is_dir()} for folder in (left, right)]
    only = sorted(name for name in names[0] ^ names[1] if not name.startswith("ods."))
    if only:
        raise click.ClickException(f"only one side has {', '.join(only)}.")
    for name in sorted(names[0] & names[1]):
        yield compare_relation(name, left / name, right / name)


def compare_relation(name: str, left: Path, right: Path) -> Comparison:
    """Compare one relation; NULL equals NULL, and a number equals only itself."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        return _compare(connection, name, left, right)


def _compare(
    connection: duckdb.DuckDBPyConnection, name: str, left: Path, right: Path
) -> Comparison:
    connection.execute("set timezone = 'UTC'")
    columns, counts = [], []
    for side, folder in (("a", left), ("b", right)):
        connection.execute(f"create view {side} as from read_parquet('{folder}/*.parquet')")
        described = connection.execute(f"describe {side}").fetchall()
        columns.append([f"{row[0]} {SAME_TYPE.get(row[1], row[1])}" for row in described])
        counts.append(connection.execute(f"select count(*) from {side}").fetchone()[0])
    if columns[0] != columns[1]:
        return Comparison(name, tuple(counts), columns=tuple(columns))
    surplus, samples = [], []
    for mark, (side, other) in (("-", "ab"), ("+", "ba")):
        connection.execute(
            f"create temp table only_{side} as select {casts(columns[0])} from {side} "
            f"except all select {casts(columns[0])} from {other}"
        )
        surplus.append(connection.execute(f"select count(*) from only_{side}").fetchone()[0])
        rows = connection.execute(f"from only_{side} order by all limit {SAMPLE_ROWS}").fetchall()
        samples += [f"{mark} {row}" for row in rows]
    return Comparison(name, tuple(counts), tuple(surplus), tuple(columns), samples)


def casts(columns: Sequence[str]) -> str:
    """Return a select list that gives both sides the same types."""
    named = (column.split(" ", 1) for column in columns)
    return ", ".join(f'cast("{name}" as {type_name})' for name, type_name in named)
