"""Measure the generator and a full `dbt build`, on the sample and on a large generated set."""

from __future__ import annotations

import datetime
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

from coupon_rfm.measurement import current_commit

ROOT = Path(__file__).resolve().parent.parent
DBT = Path(sys.executable).with_name("dbt")


@dataclass(frozen=True)
class Measurement:
    """What one command took: wall and CPU seconds (children too), peak memory in MiB."""

    step: str
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float


def measure(
    step: str, command: list[str], environment: dict[str, str] | None = None
) -> Measurement:
    """Run a command, and stop the benchmark with its output when it fails."""
    click.echo(f"{step} ...", err=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    # A process of its own in between: the peak memory of children is the maximum over all of them.
    watched = [sys.executable, "-c", WATCH, *command]
    run = subprocess.run(
        watched,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    wall_seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise click.ClickException(f"{step} failed:\n{run.stdout[-4000:]}{run.stderr[-4000:]}")
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak_kib = int(run.stderr.rsplit("peak_kib=", 1)[1])
    return Measurement(step, wall_seconds, cpu_seconds, peak_kib / 1024)


WATCH = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print("peak_kib=%d" % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def dbt_build(folder: Path, ods_path: Path) -> tuple[list[str], dict[str, str]]:
    """The command and environment of a build with everything it writes in a folder."""
    environment = {
        "COUPON_RFM_ODS_PATH": str(ods_path),
        "COUPON_RFM_DB_PATH": str(folder / "coupon_rfm.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    return [str(DBT), "--quiet", "build"], environment


def report(measurements: list[Measurement], send_count: int) -> str:
    """The figures as Markdown, with what is needed to repeat them."""
    lines = [
        "# Benchmark",
        "",
        f"`python scripts/benchmark.py --sends {send_count} --out docs/benchmark.md`,",
        f"{datetime.date.today()}, commit {current_commit()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}.",
        "Shared machines are noisy: compare rows of one run, and CPU rather than wall seconds.",
        "",
        "| step | wall s | CPU s | peak MiB |",
        "|---|---:|---:|---:|",
        *(
            f"| {m.step} | {m.wall_seconds:.1f} | {m.cpu_seconds:.1f} | {m.peak_mib:.0f} |"
            for m in measurements
        ),
    ]
    return "\n".join([*lines, ""])


@click.command(help=__doc__)
@click.option("--sends", default=1_000_000, show_default=True, type=click.IntRange(1000))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the figures here."
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
        measurements = [
            measure("`dbt parse` from nothing", [str(DBT), "--quiet", "parse"], sample_build[1]),
            measure("`dbt build` of the sample, all tests", *sample_build),
            measure(f"generate {sends:,} dirty sends, csv", [*generate, "--out", str(raw)]),
            measure(f"`dbt build` of {sends:,} dirty sends, all tests", *large_build),
            measure(
                f"generate {10 * sends:,} dirty sends, csv",
                [*generate[:-1], str(10 * sends), "--out", str(folder / "raw10")],
            ),
        ]
    text = report(measurements, sends)
    click.echo(text)
    if out:
        out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
