"""Compare what two targets hold, row by row: DuckDB and Spark must have the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from tqdm import tqdm

from coupon_rfm.parity import LAYERS, compare, relations, unload
from coupon_rfm.warehouse import ROOT, Project


@click.command(context_settings={"show_default": True})
@click.argument("left", default="local")
@click.argument("right", default="spark_local")
@click.option(
    "--layer",
    "layers",
    multiple=True,
    type=click.Choice(LAYERS),
    help="Only this layer; repeatable.",
)
@click.option(
    "--exchange",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the rows of both, under the same path for a cluster's workers.  [default: a temporary one]",
)
@click.option(
    "--project-dir", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT
)
def main(
    left: str, right: str, layers: tuple[str, ...], exchange: Path | None, project_dir: Path
) -> None:
    """Compare every table of the targets LEFT and RIGHT of profiles.yml; exit with 1 on a difference.

    Both must have been built from the same raw files with the same vars. Names, order and types of
    the columns, values and NULLs are compared exactly; the order of rows is not.
    """
    with tempfile.TemporaryDirectory(prefix="coupon_rfm_compare_") as name:
        folder = (exchange or Path(name)).resolve()
        for target in (left, right):
            project = Project(project_dir, artifacts=f"target/{target}/compare", target=target)
            project.require_warehouse()
            total = len(relations(project, layers or LAYERS))
            for _ in tqdm(
                unload(project, folder / target, layers or LAYERS),
                desc=target,
                total=total,
                unit=" tables",
                disable=None,
            ):
                pass
        comparisons = list(compare(folder / left, folder / right))
    for comparison in comparisons:
        click.echo(comparison)
    different = [comparison for comparison in comparisons if not comparison.is_equal]
    if different:
        raise click.ClickException(f"{len(different)} of {len(comparisons)} tables differ.")
    rows = sum(comparison.row_counts[0] for comparison in comparisons)
    click.echo(f"{len(comparisons)} tables with {rows} rows are equal on {left} and {right}.")


if __name__ == "__main__":
    main()
