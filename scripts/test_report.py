"""Run every dbt test of the project and write what was expected and found to a CSV file."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from tqdm import tqdm

from coupon_rfm.report import all_tests, trouble_of, write_report
from coupon_rfm.warehouse import Project, project_options, variables_option


@click.command(context_settings={"show_default": True})
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@variables_option
@project_options
def main(out: Path, variables: str | None, target: str | None, project_dir: Path) -> None:
    """Run every dbt test on the warehouse as it is, and write OUT/test_report.csv.

    Exits with 1 unless all passed or warned. Nothing is built: build_warehouse.py does both.
    """
    out = out.resolve()
    project = Project(project_dir, target, variables)
    click.echo("reading the project ...", err=True)
    total = len(all_tests(project))
    project.require_warehouse()
    click.echo(f"running all {total} tests, data tests and unit tests ...", err=True)
    with tqdm(total=total, unit=" tests", disable=None, file=sys.stderr) as bar:
        run = project.dbt(
            "test",
            "--no-fail-fast",
            "--selector",
            "everything",
            on_event=lambda event: bar.update(event.info.name == "LogTestResult"),
        )
    is_good = write_report(project, run, out)
    if trouble := trouble_of(run):
        raise click.ClickException(trouble)
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
