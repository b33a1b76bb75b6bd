"""Spark and DuckDB make the same rows of the same files, in every table."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from conftest import SAMPLE, Generate
from coupon_rfm.parity import Comparison, compare_relation
from oracle.tables import TABLES
from project import ROOT, WAREHOUSE_NAME
from raw_files import corrupt
from spark import needs_spark, spark_environment

AS_OF = '{"as_of_date": "2026-11-15"}'


@needs_spark
@pytest.mark.first
def test_sample_in_odd_files(tmp_path: Path) -> None:
    """Damaged lines, bytes that are no characters, batches, odd names, other columns, Parquet."""
    ods_path = corrupt(
        SAMPLE, tmp_path / "raw 'files' 原始", random.Random(3), share=0.1, with_cr=False
    )
    for path in ods_path.rglob("*.csv"):
        # Which line is which after a CR alone is known to Spark only.
        path.write_bytes(re.sub(rb"\r(?!\n)", b"", path.read_bytes()))
    into_batches(ods_path, "coupon_send", "2026.csv")
    into_batches(ods_path, "coupon_use", "2026.csv")
    (ods_path / "coupon_send" / "bytes.csv").write_bytes(lines_of_odd_bytes("coupon_send"))
    into_parquet(SAMPLE, ods_path, "product")
    into_parquet(SAMPLE, ods_path, "activity")
    shutil.rmtree(ods_path / "refund")
    (ods_path / "older").mkdir()
    shutil.copy(ods_path / "agent.csv", ods_path / "older" / "agent.csv")  # of no table
    counts = require_equality(ods_path, tmp_path, "--vars", AS_OF)
    assert all(count for name, count in counts.items() if name.startswith("ads_")), counts


@needs_spark
@pytest.mark.soak
def test_sample(tmp_path: Path) -> None:
    """As it is; `make spark` does the same."""
    require_equality(SAMPLE, tmp_path)


@needs_spark
@pytest.mark.soak
def test_200_000_dirty_sends(generate: Generate, tmp_path: Path) -> None:
    require_equality(generate(seed=7, sends=200_000), tmp_path, tasks=8)


@needs_spark
@pytest.mark.soak
def test_report_and_export(tmp_path: Path) -> None:
    """All data tests and unit tests pass on Spark; the CSV files are DuckDB's to the byte."""
    environment = os.environ | {
        **spark_environment(tmp_path),
        "COUPON_RFM_SPARK_CATALOG": "hive",  # which outlives the process that builds
        "COUPON_RFM_ODS_PATH": str(SAMPLE),
        "COUPON_RFM_DB_PATH": str(tmp_path / WAREHOUSE_NAME),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
    }
    for target in ("local", "spark_local"):
        chosen = ["--target", target]
        run_python(["-m", "dbt.cli.main", "build", "--selector", "models", *chosen], environment)
        run_python(["scripts/export_ads.py", "--out", tmp_path / target, *chosen], environment)
    for csv in sorted((tmp_path / "local" / "ads").iterdir()):
        assert (tmp_path / "spark_local" / "ads" / csv.name).read_bytes() == csv.read_bytes()
    report = ["scripts/test_report.py", "--out", tmp_path, "--target", "spark_local"]
    output = run_python(report, environment)
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))
    data_tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    count = len(data_tests) + len(manifest["unit_tests"])
    assert manifest["unit_tests"] and f"{count} tests: {count} passed" in output


def test_a_script_without_java_says_what_to_install(tmp_path: Path) -> None:
    environment = os.environ | spark_environment(tmp_path) | {"JAVA_HOME": str(tmp_path / "none")}
    environment["DBT_TARGET_PATH"] = str(tmp_path / "target")
    command = [sys.executable, "scripts/export_ads.py", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "openjdk-17-jre-headless" in done.stderr.splitlines()[-1]


def run_python(arguments: list[object], environment: dict[str, str]) -> str:
    """Run a script of the checkout, which must succeed; return what it prints."""
    command = [sys.executable, *(str(argument) for argument in arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[:3000]
    return done.stdout


def require_equality(ods_path: Path, folder: Path, *options: str, tasks: int = 1) -> dict[str, int]:
    """Build both targets and compare all their relations; return how many rows each has."""
    environment = os.environ | {
        **spark_environment(folder, tasks),
        "COUPON_RFM_ODS_PATH": str(ods_path),
        "COUPON_RFM_DB_PATH": str(folder / WAREHOUSE_NAME),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    command = ["scripts/compare_targets.py", "--build", "--exchange", folder / "rows", *options]
    output = run_python([*command, "local", "spark_local"], environment)
    equal = re.findall(r"^\w+[.](\w+): (\d+) rows, all equal$", output, re.M)
    models = {
        path.stem
        for path in ROOT.glob("models/**/*.sql")
        if "materialized='ephemeral'" not in path.read_text(encoding="utf-8")
    }
    seeds = {path.stem for path in ROOT.glob("seeds/reference/*.csv")}
    in_parquet = {
        f"ods_{path.relative_to(ods_path).parts[0].partition('.')[0]}"
        for path in ods_path.rglob("*.parquet")
    }
    assert {name for name, _ in equal} == (models | seeds) - in_parquet
    return {name: int(count) for name, count in equal}


def into_batches(ods_path: Path, table: str, file: str) -> None:
    """Replace a file by three in folders, with names that a URL writes otherwise."""
    whole = ods_path / table / file
    head, *lines = whole.read_bytes().split(b"\n")
    third = len(lines) // 3 + 1
    names = ("dt=20261001/a b+c%20.CSV", "dt=2026-11-01/{x},[y]*?.csv", "深/层/z.csv.gz")
    for i, name in enumerate(names):
        path = ods_path / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        surplus = b"\xef\xbb\xbf" if i else b""
        content = b"\n".join([surplus + head, *lines[i * third : (i + 1) * third]])
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    header = head.decode().strip()
    reordered = ",".join(["备注", *reversed(header.split(","))])
    (ods_path / table / "reordered.csv").write_text(
        f"{reordered}\r\nx,{',' * header.count(',')}\r\n"
    )
    (ods_path / table / "short.csv").write_text(
        f"{header}\n{',' * (header.count(',') - 1)}\n{'x' * 1_000_000}{',' * header.count(',')}\n"
    )
    (ods_path / table / "_unfinished").mkdir()
    (ods_path / table / "_unfinished" / "part.csv").write_text("half a li")
    whole.unlink()


def lines_of_odd_bytes(table: str) -> bytes:
    """Lines of random bytes, most of them no UTF-8; no quotes, blanks or line ends."""
    chance = random.Random(1)
    pieces = [
        *(bytes([code]) for code in range(0x80, 0x100)),
        *(text.encode() for text in ("a", ",", "?", "é", "中", "😀", "\x01", "\u0800", "\ud7ff")),
        *(text.encode("utf-8", "surrogatepass") for text in ("\ud800", "\udfff")),
        *(b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf7\xbf\xbf\xbf"),
    ]
    lines = [b"".join(chance.choices(pieces, k=chance.randrange(1, 9))) for _ in range(3_000)]
    return "\n".join([",".join(TABLES[table].columns), ""]).encode() + b"\n".join(lines)


def into_parquet(source: Path, ods_path: Path, table: str) -> None:
    """Replace a file by Parquet ones: text, and times as Spark writes them (INT96, and UTC)."""
    (ods_path / f"{table}.csv").unlink()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.sql(
            "select * replace (coalesce(try_cast(updated_at as timestamp), '2026-01-01') "
            f"as updated_at) from read_csv('{source}/{table}.csv', all_varchar = true, "
            "header = true, ignore_errors = true, strict_mode = false)"
        ).to_arrow_table()
    (ods_path / table).mkdir()
    place = rows.column_names.index("updated_at")
    name = next(i for i, column in enumerate(rows.column_names) if column.endswith("_name"))
    names = rows.column(name).cast(pyarrow.binary()).to_pylist()
    names[:2] = [b"a\xff\x00b", "茶".encode()]
    rows = rows.set_column(name, rows.column_names[name], pyarrow.array(names, pyarrow.binary()))
    in_utc = rows.column(place).cast(pyarrow.timestamp("us", "UTC"))
    half = len(rows) // 2
    for name, part, options in (
        ("int96", rows[:half], {"use_deprecated_int96_timestamps": True}),
        ("utc", rows.set_column(place, "updated_at", in_utc)[half:], {}),
    ):
        pyarrow.parquet.write_table(part, ods_path / table / f"{name}.parquet", **options)


@pytest.mark.parametrize(
    ("right", "difference"),
    [
        ("(1, 'a'), (1, 'a'), (2, null)", (0, 0)),
        ("(2, null), (1, 'a'), (1, 'a')", (0, 0)),
        ("(1, 'a'), (2, null)", (1, 0)),
        ("(1, 'a'), (1, 'a'), (2, '')", (1, 1)),
        ("(1, 'a'), (1, 'A'), (2, null)", (1, 1)),
    ],
)
def test_a_difference_is_seen(tmp_path: Path, right: str, difference: tuple[int, int]) -> None:
    found = comparison_of(tmp_path, "(1, 'a'), (1, 'a'), (2, null)", right)
    assert found.surplus_rows == difference
    assert found.is_equal == (difference == (0, 0))


@pytest.mark.parametrize("right", ["(1::int, 'a')", "(1.0, 'a')", "('1', 'a')"])
def test_another_type_is_seen(tmp_path: Path, right: str) -> None:
    assert not comparison_of(tmp_path, "(1::bigint, 'a')", right).is_equal


def comparison_of(folder: Path, left: str, right: str) -> Comparison:
    with duckdb.connect() as connection:
        for side, rows in (("left", left), ("right", right)):
            (folder / side).mkdir()
            path = folder / side / "rows.parquet"
            connection.execute(f"copy (from (values {rows}) as t (i, s)) to '{path}'")
    return compare_relation("t", folder / "left", folder / "right")
