"""The ads tables as CSV files that a spreadsheet opens as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from dbt.contracts.graph.manifest import Manifest

from coupon_rfm.spreadsheet import write_csv
from coupon_rfm.warehouse import Project, QueryError

# Tests that name the key of the model they are attached to.
KEY_TESTS = {"unique", "unique_combination", "primary_key"}


def export(project: Project, out: Path, tables: tuple[str, ...] = ()) -> None:
    """Write the ads tables, all of them or those named, to OUT/ads/<table>.csv; tell of each.

    Raises:
        click.ClickException: there is no such table, it is not built, or a file cannot be written.
    """
    models = chosen_models(project.manifest(), tables)
    project.require_warehouse()
    folder = out / "ads"
    for name, model in models.items():
        path = folder / f"{name}.csv"
        count = write_table(project, model, path)
        click.echo(f"{path}: {count} rows", err=True)
    click.echo(f"{len(models)} 张表已导出 | {len(models)} tables written to {folder}")


def chosen_models(manifest: Manifest, tables: tuple[str, ...]) -> dict[str, Any]:
    """Return the ads models by name, all of them or those named."""
    models = {
        node.name: node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.fqn[1] == "ads"
    }
    unknown = sorted(set(tables) - set(models))
    if unknown:
        raise click.ClickException(
            f"no such ads table: {', '.join(unknown)}. There are: {', '.join(sorted(models))}."
        )
    return {name: models[name] for name in sorted(tables or models)}


def export_order(manifest: Manifest, model: Any) -> list[str]:
    """Return the model's order terms: `meta.export_order`, else its key, else all its columns."""
    return model.config.meta.get("export_order") or key_columns(manifest, model) or [*model.columns]


def key_columns(manifest: Manifest, model: Any) -> list[str]:
    """Return the columns that a uniqueness test of the model names."""
    for node in manifest.nodes.values():
        test = getattr(node, "test_metadata", None)
        if test and node.attached_node == model.unique_id and test.name in KEY_TESTS:
            return list(test.kwargs.get("columns") or [test.kwargs["column_name"]])
    return []


def write_table(project: Project, model: Any, path: Path) -> int:
    """Stream one table in its order into a file; return the number of rows."""
    relation, terms = model.relation_name, export_order(project.manifest(), model)
    order = f" order by {', '.join(terms)}" if terms else ""
    try:
        with project.query(f"select * from {relation}{order}") as (columns, rows):
            return write_csv(path, columns, rows)
    except QueryError as error:
        raise click.ClickException(
            f"cannot read {relation}; has `dbt build` made it?\n{error.message}"
        ) from error
