"""Build and test the warehouse, and write the test report and the CSV files, all in one process."""

from __future__ import annotations

from pathlib import Path

import click

from coupon_rfm.export import export
from coupon_rfm.report import write_report
from coupon_rfm.unit_tests import kept_rows
from coupon_rfm.warehouse import Project, project_options, variables_option

WHERE_TO_LOOK = """
接下来看 | where to look next
  {out}/ads/  各业务表，见 README | the tables, one CSV file each: README, "What comes out"
  {out}/test_report.csv  每项测试的预期与结果 | what each test expects and has found
  {warehouse}  数仓 | the warehouse
  docs/rules.md, docs/contract.md  口径、表与字段 | how figures are counted; tables and columns
  make docs  数据字典与血缘，网页 | data dictionary and lineage, as a web page
"""


@click.command(context_settings={"show_default": True})
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@variables_option
@project_options
def main(out: Path, variables: str | None, target: str | None, project_dir: Path) -> None:
    """Run `dbt build`, then write OUT/test_report.csv and OUT/ads/<table>.csv.

    The report has what the build has found. The unit tests, which prove the code, run when it has
    changed since they last passed. A build that fails leaves the CSV files of the tables alone;
    exits with 1 then.
    """
    here, out = Path.cwd(), out.resolve()
    click.echo("读取项目 | reading the project ...")
    project = Project(project_dir, target, variables)
    project.manifest()
    kept = kept_rows(project)
    if kept is None:
        selector, units = "everything", "含单元测试 | with unit tests"
    else:
        selector, units = (
            "everyday",
            "代码未变，不含单元测试 | without unit tests, for the code is the same",
        )
    click.echo(f"构建并测试数仓 | building and testing the warehouse（{units}）...")
    run = project.dbt_aloud("build", "--selector", selector)
    click.echo("\n写测试报告 | writing the test report ...")
    write_report(project, run, out, kept)
    if not run.success:
        ads = short(out / "ads", here)
        raise click.ClickException(
            f"构建失败，{ads} 未改动，原因见上文和测试报告 | "
            f"the build failed and {ads} was left alone; above and in the report is why."
        )
    click.echo("导出业务表 | writing the tables ...")
    export(project, out)
    warehouse = project.warehouse()
    place = short(Path(warehouse), here) if warehouse else "ads, dws, dwd, dim"
    click.echo(WHERE_TO_LOOK.format(out=short(out, here), warehouse=place))


def short(path: Path, here: Path) -> Path:
    """Return a path as seen from a folder, if it is below it."""
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    main()
