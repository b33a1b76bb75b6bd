"""Write every ads table to a CSV file that a spreadsheet opens as it is."""

from __future__ import annotations

from pathlib import Path

import click

from coupon_rfm.export import export
from coupon_rfm.warehouse import Project, project_options


@click.command(context_settings={"show_default": True})
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--table", "tables", multiple=True, help="Only this ads table; repeatable.")
@project_options
def main(out: Path, tables: tuple[str, ...], target: str | None, project_dir: Path) -> None:
    """Write the ads tables to OUT/ads/<table>.csv (UTF-8 with BOM, RFC 4180, formulas escaped)."""
    out = out.resolve()
    export(Project(project_dir, target), out, tables)


if __name__ == "__main__":
    main()
