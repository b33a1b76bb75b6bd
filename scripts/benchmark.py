"""Compare the cost of our build with that of the core job in other hands, on the same files.

What the core job is says `coupon_rfm.bench`. All take turns, and whenever one has ended, its
figures must be those of the floor. Needs all that Spark needs, and Polars (`make bench`).
"""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import click
import duckdb

from coupon_rfm import ROOT
from coupon_rfm.bench.chart import draw
from coupon_rfm.bench.compiled import WAREHOUSE
from coupon_rfm.measurement import Cost, current_commit, measure, take_turns
from coupon_rfm.spark.java import require_spark

BENCH = ROOT / "scripts" / "coupon_rfm" / "bench"
PYTHON = sys.executable
DBT = str(Path(sys.executable).with_name("dbt"))
POLARS_PYTHON = str(ROOT / ".venv-bench" / "bin" / "python")
RESULT = "result.csv"


@dataclass(frozen=True)
class Runner:
    """Somebody who does the core job: a name, what the figures include, and the command."""

    name: str
    includes: str
    command: Callable[[Path, Path], list[object]]  # of the raw files, and of a folder of its own


def dbt_build(*options: str) -> Callable[[Path, Path], list[object]]:
    """The command of a build; where it reads and writes stands in the environment."""
    return lambda raw, folder: [DBT, "--quiet", "build", *options]


def script(python: str, name: str) -> Callable[[Path, Path], list[object]]:
    """The command of a module of coupon_rfm.bench."""
    return lambda raw, folder: [python, BENCH / name, raw, folder / RESULT]


def replay(*options: str) -> Callable[[Path, Path], list[object]]:
    """The command that repeats the statements of a build, recorded beside the folder."""
    recorded = [PYTHON, BENCH / "compiled.py", "replay"]
    return lambda raw, folder: [*recorded, folder.parent / "recorded", folder, *options]


FLOOR = Runner(
    "DuckDB by hand (the floor)",
    "The core job only, in six statements that trust every text.",
    script(PYTHON, "floor.py"),
)
RUNNERS = (
    FLOOR,
    Runner(
        "Polars, streaming",
        "The core job only, as one lazy plan.",
        script(POLARS_PYTHON, "polars_streaming.py"),
    ),
    Runner(
        "PySpark as requested",
        "The core job only, as the request writes it, on local[2]; with the start of the JVM.",
        script(PYTHON, "spark_as_requested.py"),
    ),
    Runner(
        "our SQL, no tests",
        "All that dbt sends to DuckDB but the tests, without dbt: every text judged, every table "
        "of dim, dwd, dws and ads written to a file; segments as they were at each send.",
        replay(),
    ),
    Runner("our SQL, data tests", "The same, and every data test.", replay("--tests")),
    Runner(
        "`dbt build`",
        "What a user runs: the same by dbt, with its start, and raw files looked at as bytes.",
        dbt_build(),
    ),
)

# Two figures of a segment or an aggregate are compared as decimals: Spark sums doubles.
READ_RESULT = """
select part, coalesce(key, '') as key, coalesce(user_level, '') as user_level,
    first_count::bigint as first_count, second_count::bigint as second_count,
    first_amount::decimal(38, 2) as first_amount, second_amount::decimal(38, 2) as second_amount
from read_csv('{path}', all_varchar = true)
"""
READ_WAREHOUSE = """
select 'segment' as part, '' as key, user_level, count(*) as first_count,
    sum(frequency)::bigint as second_count, sum(monetary)::decimal(38, 2) as first_amount,
    0::decimal(38, 2) as second_amount
from warehouse.ads.ads_consumer_segment
group by user_level
union all
select
    case when grouping(stat_date) = 0 then 'day' when grouping(activity_id) = 0 then 'activity'
        else 'agent' end,
    case when grouping(stat_date) = 0 then stat_date::varchar
        when grouping(activity_id) = 0 then activity_id else agent_id end,
    case when grouping(user_level) = 0 then user_level else '' end,
    sum(send_count)::bigint, sum(use_count)::bigint, sum(pay_amount)::decimal(38, 2),
    sum(discount_amount)::decimal(38, 2)
from warehouse.ads.ads_coupon_cube
group by grouping sets (
    (stat_date), (stat_date, user_level), (activity_id), (activity_id, user_level),
    (agent_id), (agent_id, user_level)
)
"""
OVER_ALL = "part = 'segment' or user_level = ''"


def environment(raw: Path, folder: Path) -> dict[str, str]:
    """The variables that let dbt read `raw` and write into a folder."""
    return {
        "COUPON_RFM_ODS_PATH": str(raw),
        "COUPON_RFM_DB_PATH": str(folder / WAREHOUSE),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "PYTHONPATH": str(ROOT / "scripts"),
    }


def run(runner: Runner, raw: Path, folder: Path) -> Cost:
    """Let one do its job anew; its result must be that of the floor, if that is there."""
    folder.mkdir(exist_ok=True)
    for name in (WAREHOUSE, f"{WAREHOUSE}.wal", RESULT):
        (folder / name).unlink(missing_ok=True)
    command = [str(part) for part in runner.command(raw, folder)]
    cost = measure(command, environment(raw, folder))
    if runner is not FLOOR:
        require_agreement(runner.name, folder, folder.parent / FLOOR.name / RESULT)
    return cost


def require_agreement(name: str, folder: Path, floor: Path, *, by_segment: bool = False) -> None:
    """Stop unless what is in a folder is what the floor has found.

    Our figures by segment are those of the segment at each send, unless built otherwise.
    """
    compared = "true"
    with duckdb.connect() as connection:
        found = READ_RESULT.format(path=folder / RESULT)
        if (folder / WAREHOUSE).exists():
            connection.execute(f"attach '{folder / WAREHOUSE}' as warehouse (read_only)")
            found, compared = READ_WAREHOUSE, "true" if by_segment else OVER_ALL
        connection.execute(f"create table found as from ({found}) where {compared}")
        expected = READ_RESULT.format(path=floor)
        connection.execute(f"create table expected as from ({expected}) where {compared}")
        count = connection.execute("select count(*) from expected").fetchone()[0]
        different = connection.execute(
            "(from found except all from expected) union all (from expected except all from found)"
            " order by all"
        ).fetchall()
    if different or not count:
        raise click.ClickException(
            f"{name} and the floor differ in {len(different)} of {count} rows: {different[:4]}"
        )


def compare(raw: Path, folder: Path, rounds: int, check_segments: bool) -> dict[str, Cost]:
    """The medians of all runners on the same files."""
    folder.mkdir()
    click.echo("record what dbt executes ...", err=True)
    measure([PYTHON, str(BENCH / "compiled.py"), "record", str(raw), str(folder / "recorded")])
    costs = take_turns(
        {
            runner.name: lambda runner=runner: run(runner, raw, folder / runner.name)
            for runner in RUNNERS
        },
        rounds,
    )
    if check_segments:
        current = folder / "current"
        current.mkdir()
        basis = ["--selector", "models", "--vars", "segment_basis: current"]
        measure([DBT, "--quiet", "build", *basis], environment(raw, current))
        floor = folder / FLOOR.name / RESULT
        require_agreement("segment_basis: current", current, floor, by_segment=True)
    return costs


def generate(out: Path, sends: int, *options: str) -> list[str]:
    """The command that writes raw files."""
    command = [PYTHON, "scripts/generate_ods.py", "--seed", "1", "--sends", str(sends)]
    return [*command, "--out", str(out), *options]


def builds(folder: Path, sends: int) -> dict[str, Cost]:
    """What parsing, building and generating cost by themselves."""
    dirty, sample = folder / "dirty", ROOT / "seeds" / "ods"
    steps = {
        "`dbt parse` from nothing": ([DBT, "--quiet", "parse"], sample),
        "`dbt build` of the sample, data tests": ([DBT, "--quiet", "build"], sample),
        f"generate {sends:,} dirty sends, csv": (generate(dirty, sends), None),
        f"`dbt build` of {sends:,} of them, data tests": ([DBT, "--quiet", "build"], dirty),
    }
    costs = {}
    for name, (command, raw) in steps.items():
        click.echo(f"{name} ...", err=True)
        costs[name] = measure(command, environment(raw, folder / str(raw and raw.name)))
    return costs


def table(head: str, costs: Mapping[str, Cost], floor: Cost | None = None) -> list[str]:
    """The lines of a Markdown table; with a floor, how many times its CPU seconds."""
    lines = [f"| {head} | wall s | CPU s | peak MiB |" + (" × floor |" if floor else "")]
    lines.append("|---|---:|---:|---:|" + ("---:|" if floor else ""))
    for name, cost in costs.items():
        figures = f"{cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_mib:,.0f}"
        times = f" {cost.cpu_seconds / floor.cpu_seconds:.1f} |" if floor else ""
        lines.append(f"| {name} | {figures} |{times}")
    return lines


def version_of_polars() -> str:
    """The version in the environment of Polars."""
    command = [POLARS_PYTHON, "-c", "import polars; print(polars.__version__)"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


def report(costs: Mapping[int, Mapping[str, Cost]], others: Mapping[str, Cost], rounds: int) -> str:
    """All figures as Markdown, with what is needed to repeat them."""
    sizes = " ".join(f"--sends {sends}" for sends in costs)
    lines = [
        "# Benchmark",
        "",
        f"`python scripts/benchmark.py {sizes} --repeat {rounds} --out docs` (`make bench`),",
        f"{datetime.date.today()}, commit {current_commit()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}, duckdb {version('duckdb')}, "
        f"polars {version_of_polars()}, pyspark {version('pyspark')}.",
        "Shared machines are noisy: compare rows of one run, and CPU rather than wall seconds.",
        "CPU and memory are those of all processes of a row together.",
        "",
        "## The core job, and ours",
        "",
        "The core job is R, F and M of every consumer, the segments, and sends, valid uses and",
        "amounts by day, activity and agent, over all and by segment. Every row reads the same",
        "clean files (`--dirty-rate 0`, Parquet, every column a text), and its figures were",
        "compared with those of the floor: segments with the sums of F and M, and all aggregates,",
        "to the cent. Ours go by the segment at each send, so they are compared over all, and by",
        "segment in a build of its own with `segment_basis: current`.",
        "",
        "| row | what it includes |",
        "|---|---|",
        *(f"| {runner.name} | {runner.includes} |" for runner in RUNNERS),
        "",
        "![CPU and wall seconds of each row](benchmark.svg)",
    ]
    for sends, by_name in costs.items():
        lines += ["", f"### {sends:,} sends, median of {rounds}", ""]
        lines += table("row", by_name, by_name[FLOOR.name])
    lines += ["", "## Builds and the generator", "", "Once each.", "", *table("step", others)]
    return "\n".join([*lines, ""])


@click.command(help=__doc__, context_settings={"show_default": True})
@click.option(
    "--sends",
    "sizes",
    multiple=True,
    type=click.IntRange(1000),
    default=(1_000_000, 10_000_000),
    help="Size of the generated set; repeatable.",
)
@click.option("--repeat", default=3, type=click.IntRange(1), help="Rounds, for medians.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Work here, and take raw files that are there.  [default: a temporary one]",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the figures to OUT/benchmark.md and OUT/benchmark.svg.",
)
def main(sizes: tuple[int, ...], repeat: int, folder: Path | None, out: Path | None) -> None:
    """Compare all at every size and print the figures."""
    require_spark()
    if not Path(POLARS_PYTHON).exists():
        raise click.ClickException(f"there is no {POLARS_PYTHON}: `make bench` makes it.")
    with contextlib.ExitStack() as stack:
        if folder is None:
            made = tempfile.TemporaryDirectory(prefix="coupon_rfm_bench_")
            folder = Path(stack.enter_context(made))
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        costs, others = {}, {}
        for number, sends in enumerate(sorted(sizes)):
            raw = folder / f"raw_{sends}"
            if not raw.exists():
                step = f"generate {sends:,} clean sends, parquet"
                click.echo(f"{step} ...", err=True)
                clean = ("--dirty-rate", "0", "--format", "parquet")
                others[step] = measure(generate(raw, sends, *clean))
            with tempfile.TemporaryDirectory(dir=folder, prefix=f"{sends}_") as name:
                costs[sends] = compare(raw, Path(name) / "runs", repeat, not number)
        with tempfile.TemporaryDirectory(dir=folder, prefix="builds_") as name:
            others |= builds(Path(name), min(sizes))
    text = report(costs, others, repeat)
    click.echo(text)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "benchmark.md").write_text(text, encoding="utf-8")
        (out / "benchmark.svg").write_text(draw(costs), encoding="utf-8")


if __name__ == "__main__":
    main()
