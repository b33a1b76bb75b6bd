"""Write every ads table to a CSV file that a spreadsheet opens as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from dbt.contracts.graph.manifest import Manifest

from coupon_rfm.spreadsheet import write_csv
from coupon_rfm.warehouse import Project, QueryError, project_options

# Tests that name the key of the model they are attached to.
KEY_TESTS = {"unique", "unique_combination", "primary_key"}


@click.command(context_settings={"show_default": True})
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--table", "tables", multiple=True, help="Only this ads table; repeatable.")
@project_options
def main(out: Path, tables: tuple[str, ...], target: str | None, project_dir: Path) -> None:
    """Write the ads tables to OUT/ads/<table>.csv (UTF-8 with BOM, RFC 4180, formulas escaped)."""
    out = out.resolve()
    project = Project(project_dir, artifacts="export", target=target)
    models = chosen_models(project.manifest(), tables)
    project.require_warehouse()
    for name, model in models.items():
        path = out / "ads" / f"{name}.csv"
        terms = export_order(project.manifest(), model)
        count = export(project, model.relation_name, terms, path)
        click.echo(f"{path}: {count} rows", err=True)
    click.echo(f"{len(models)} 张表已导出 | {len(models)} tables written to {out / 'ads'}")


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


def export(project: Project, relation: str, terms: list[str], path: Path) -> int:
    """Stream one table in its order into a file; return the number of rows."""
    order = f" order by {', '.join(terms)}" if terms else ""
    try:
        with project.query(f"select * from {relation}{order}") as (columns, rows):
            return write_csv(path, columns, rows)
    except QueryError as error:
        raise click.ClickException(
            f"cannot read {relation}; has `dbt build` made it?\n{error.message}"
        ) from error


if __name__ == "__main__":
    main()
