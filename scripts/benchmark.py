"""Measure the generator and a full `dbt build`, on the sample and on a large generated set."""

from __future__ import annotations

import datetime
import os
import platform
import sys
import tempfile
from pathlib import Path

import click

from coupon_rfm import ROOT
from coupon_rfm.measurement import Cost, current_commit, measure

DBT = Path(sys.executable).with_name("dbt")


def note(step: str, command: list[str], environment: dict[str, str]) -> tuple[str, Cost]:
    """Run a step and return what it took."""
    click.echo(f"{step} ...", err=True)
    return step, measure(command, environment)


def dbt_build(folder: Path, ods_path: Path) -> tuple[list[str], dict[str, str]]:
    """The command and environment of a build with everything it writes in a folder."""
    environment = {
        "COUPON_RFM_ODS_PATH": str(ods_path),
        "COUPON_RFM_DB_PATH": str(folder / "coupon_rfm.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    return [str(DBT), "--quiet", "build"], environment


def report(costs: list[tuple[str, Cost]], send_count: int) -> str:
    """The figures as Markdown, with what is needed to repeat them."""
    lines = [
        "# Benchmark",
        "",
        f"`python scripts/benchmark.py --sends {send_count} --out docs`,",
        f"{datetime.date.today()}, commit {current_commit()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}.",
        "Shared machines are noisy: compare rows of one run, and CPU rather than wall seconds.",
        "",
        "| step | wall s | CPU s | peak MiB |",
        "|---|---:|---:|---:|",
        *(
            f"| {step} | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_mib:.0f} |"
            for step, cost in costs
        ),
    ]
    return "\n".join([*lines, ""])


@click.command(help=__doc__)
@click.option("--sends", default=1_000_000, show_default=True, type=click.IntRange(1000))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the figures to OUT/benchmark.md.",
)
def main(sends: int, out: Path | None) -> None:
    """Run the steps one after the other and print the figures."""
    generate = [sys.executable, "scripts/generate_ods.py", "--seed", "1", "--sends", str(sends)]
    with tempfile.TemporaryDirectory(prefix="coupon_rfm_bench_") as name:
        folder = Path(name)
        raw = folder / "raw"
        sample_build = dbt_build(folder / "sample", ROOT / "seeds" / "ods")
        large_build = dbt_build(folder / "large", raw)
        for build_folder in ("sample", "large"):
            (folder / build_folder).mkdir()
        costs = [
            note("`dbt parse` from nothing", [str(DBT), "--quiet", "parse"], sample_build[1]),
            note("`dbt build` of the sample, all tests", *sample_build),
            note(f"generate {sends:,} dirty sends, csv", [*generate, "--out", str(raw)], {}),
            note(f"`dbt build` of {sends:,} dirty sends, all tests", *large_build),
            note(
                f"generate {10 * sends:,} dirty sends, csv",
                [*generate[:-1], str(10 * sends), "--out", str(folder / "raw10")],
                {},
            ),
        ]
    text = report(costs, sends)
    click.echo(text)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "benchmark.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
