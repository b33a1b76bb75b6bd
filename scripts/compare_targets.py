"""Compare what two targets hold, row by row: DuckDB and Spark must have the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from tqdm import tqdm

from coupon_rfm.parity import LAYERS, compare, relations, unload
from coupon_rfm.warehouse import Project, plain, project_dir_option


@click.command(context_settings={"show_default": True})
@click.argument("left", default="local")
@click.argument("right", default="spark_local")
@click.option("--build", is_flag=True, help="Build both first, without the tests.")
@click.option("--vars", "variables", help="Variables of the project for --build, as for dbt.")
@click.option(
    "--layer", "layers", multiple=True, type=click.Choice(LAYERS), help="Only this; repeatable."
)
@click.option(
    "--exchange",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the rows of both sides, which the workers of a cluster must see under the "
    "same path.  [default: a temporary one]",
)
@project_dir_option
def main(
    left: str,
    right: str,
    build: bool,
    variables: str | None,
    layers: tuple[str, ...],
    exchange: Path | None,
    project_dir: Path,
) -> None:
    """Compare every table of the targets LEFT and RIGHT; exit with 1 on a difference.

    Both must have been built from the same raw files with the same vars. Names, order and types of
    the columns, values and NULLs are compared exactly; only the order of the rows is not.
    """
    with tempfile.TemporaryDirectory(prefix="coupon_rfm_compare_") as name:
        folder = (exchange or Path(name)).resolve()
        for target in (left, right):
            project = Project(project_dir, target, variables, artifacts=target)
            if build:
                build_target(project, target)
            project.require_warehouse()
            unload_target(project, target, folder / target, layers or LAYERS)
        comparisons = list(compare(folder / left, folder / right))
    for comparison in comparisons:
        click.echo(comparison)
    different = [comparison for comparison in comparisons if not comparison.is_equal]
    if different:
        raise click.ClickException(f"{len(different)} of {len(comparisons)} tables differ.")
    rows = sum(comparison.row_counts[0] for comparison in comparisons)
    click.echo(f"{len(comparisons)} tables, {rows} rows: all equal on {left} and {right}.")


def build_target(project: Project, target: str) -> None:
    """Build the models of a target, with a bar of those that are done.

    Raises:
        click.ClickException: a model could not be built.
    """
    total = len(relations(project))
    with tqdm(desc=f"build {target}", total=total, unit=" tables", disable=None) as bar:
        run = project.dbt(
            "build",
            "--selector",
            "models",
            on_event=lambda event: bar.update(
                event.info.name in ("LogModelResult", "LogSeedResult")
            ),
        )
    if not run.success:
        failed = [
            f"{result.node.name}: {plain(result.message)}"
            for result in getattr(run.result, "results", [])
            if result.status == "error"
        ]
        raise click.ClickException(
            "\n".join([f"{target} cannot be built.", *failed, plain(run.exception or "")])
        )


def unload_target(project: Project, target: str, folder: Path, layers: tuple[str, ...]) -> None:
    """Write the rows of a target to a folder, with a bar of the tables that are written."""
    total = len(relations(project, layers))
    with tqdm(desc=f"read {target}", total=total, unit=" tables", disable=None) as bar:
        for _ in unload(project, folder, layers):
            bar.update()


if __name__ == "__main__":
    main()
