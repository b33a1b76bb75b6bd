"""Build the same large generated set on DuckDB and on Spark, compare the tables, and note the cost.

Needs Linux (/proc) and everything that Spark needs (`make spark`).
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import click

from coupon_rfm.measurement import current_commit, measure
from coupon_rfm.spark.cluster import LocalCluster, Settings
from coupon_rfm.spark.java import require_spark

DBT = Path(sys.executable).with_name("dbt")
TARGETS = ("local", "spark_local", "cluster")


@click.command(help=__doc__, context_settings={"show_default": True})
@click.option("--sends", default=10_000_000, type=click.IntRange(1000), help="Generated sends.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(TARGETS),
    default=TARGETS,
    help="Only this; repeatable. Spark is compared with what `local` has left in --folder.",
)
@click.option("--memory", default="6g", help="Of the JVM of spark_local and of each worker.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Work here and keep it.  [default: temporary]"
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write it to OUT/benchmark_engines.md.",
)
def main(
    sends: int, targets: tuple[str, ...], memory: str, folder: Path | None, out: Path | None
) -> None:
    """Run the builds one after the other and print the figures."""
    require_spark()
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coupon_rfm_")))
        folder = folder.resolve()
        raw = folder / "raw"
        environment = {
            "COUPON_RFM_ODS_PATH": str(raw),
            "COUPON_RFM_DB_PATH": str(folder / "coupon_rfm.duckdb"),
            "COUPON_RFM_SPARK_WAREHOUSE": str(folder / "spark"),
            "COUPON_RFM_SPARK_MEMORY": memory,
            "DBT_TARGET_PATH": str(folder / "target"),
        }
        if not raw.exists():
            click.echo(f"generate {sends:,} sends ...", err=True)
            generate = ["scripts/generate_ods.py", "--seed", "1", "--sends", str(sends)]
            measure([sys.executable, *generate, "--out", str(raw)], environment)
        rows = []
        for target in targets:
            settings: dict[str, str] = {}
            servers: list[int] = []
            if target == "cluster":
                mib = int(memory.removesuffix("g")) * 1024
                cluster = LocalCluster(
                    folder / "cluster", Settings(worker_memory=mib, driver_memory=2048, port=0)
                )
                cluster.up()
                stack.callback(cluster.down)
                settings = cluster.environment()
                servers = [process.pid for process in cluster.processes().values()]
            command = [str(DBT), "--quiet", "build", "--selector", "models", "--target", target]
            artifacts = str(folder / "target" / target)
            command += ["--target-path", artifacts, "--log-path", artifacts]
            click.echo(f"build {target} ...", err=True)
            cost = measure(command, environment | settings, servers)
            equality = "–"
            if target != "local":
                click.echo(f"compare {target} ...", err=True)
                compare = [sys.executable, "scripts/compare_targets.py", "local", target]
                measure([*compare, "--layer", "ads"], environment | settings)
                equality = "all rows equal"
            rows.append(
                f"| {target} | {cost.wall_seconds:.0f} | {cost.cpu_seconds:.0f} "
                f"| {cost.peak_mib:.0f} | {equality} |"
            )
            click.echo(rows[-1], err=True)
    text = report(rows, sends, memory)
    click.echo(text)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "benchmark_engines.md").write_text(text, encoding="utf-8")


def report(rows: list[str], sends: int, memory: str) -> str:
    """The figures as Markdown, with what is needed to repeat them."""
    lines = [
        "# Engines",
        "",
        f"`python scripts/benchmark_engines.py --sends {sends} --memory {memory} --out docs`,",
        f"{datetime.date.today()}, commit {current_commit()}, {os.cpu_count()} cores, "
        f"pyspark {version('pyspark')}, duckdb {version('duckdb')}.",
        f"`dbt build` of {sends:,} dirty sends in CSV without the tests, with the start of dbt and",
        "of the session. Memory is the sum over all processes of a target; the cluster has a",
        "master, two workers of one core each, their executors and the Thrift Server.",
        "The last column is every ads table compared with DuckDB's.",
        "",
        "| target | wall s | CPU s | peak MiB | ads |",
        "|---|---:|---:|---:|---|",
        *rows,
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
