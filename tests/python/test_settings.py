"""Settings: every valid one builds with all tests and the oracle's figures.

Unit tests pin those that their models read, and a segment keeps its strategies under any name.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comparison import compare_warehouse
from conftest import Build, Generate, Manifest
from oracle import evaluate
from oracle.seeds import strategies
from oracle.settings import LEVEL_ROLES
from project import CHANGE_THE_GRAPH, ROOT, Run, run_dbt
from small_project import run

SETTING = re.compile(r"""\bsetting\(\s*['"](\w+)['"]""")
# What the check of a setting reads besides (macros/check).
READ_BY_CHECKS = {"rfm_window_days": {"rfm_thresholds"}}


def macros_behind(manifest: Manifest, names: list[str]) -> set[str]:
    """The macros of this project that these call, on any engine; without those that check."""
    macros, found, waiting = manifest["macros"], set(), list(names)
    while waiting:
        macro = macros.get(waiting.pop())
        if macro is None or macro["unique_id"] in found:
            continue
        if macro["package_name"] != "coupon_rfm" or macro["name"] == "setting":
            continue
        found.add(macro["unique_id"])
        waiting += macro["depends_on"]["macros"]
        waiting += [name for name in macros if name.endswith(f"__{macro['name']}")]
    return found


def settings_read(manifest: Manifest, model: dict[str, Any]) -> set[str]:
    """The settings that a model reads, itself and through macros."""
    macros = macros_behind(manifest, model["depends_on"]["macros"])
    texts = [model["raw_code"], *(manifest["macros"][name]["macro_sql"] for name in macros)]
    names = {name for text in texts for name in SETTING.findall(text)}
    return names.union(*(READ_BY_CHECKS.get(name, set()) for name in names))


def test_every_unit_test_pins_the_settings_that_its_model_reads(manifest: Manifest) -> None:
    read = {
        node["name"]: settings_read(manifest, node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    assert {"as_of_date", "business_timezone", "rfm_levels"} <= set().union(*read.values())
    forgotten = {
        test["name"]: sorted(missing)
        for test in manifest["unit_tests"].values()
        if (missing := read[test["model"]] - (test["overrides"] or {}).get("vars", {}).keys())
    }
    assert not forgotten, f"add these to overrides.vars of the unit tests: {forgotten}"


def test_other_settings_change_nothing_of_what_is_parsed(
    manifest: Manifest, tmp_path: Path
) -> None:
    """Runs of other tests begin with the project parsed once, whatever their settings."""
    variables = MATRIX["all"] | {"allow_empty": ["agent"], "max_bad_row_share": 0.5}
    variables |= {"follow_links": True, "ods_path": str(tmp_path)}
    variables = {name: v for name, v in variables.items() if name not in CHANGE_THE_GRAPH}
    run = run_dbt(["parse"], tmp_path, tmp_path, variables, project=ROOT).require_success()
    parsed = read_json(run, "manifest") | {"metadata": manifest["metadata"]}
    assert without_times(parsed) == without_times(manifest)


def without_times(value: Any) -> Any:
    """A part of a manifest without the times at which it was parsed; lists in one order."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k != "created_at"}
    return sorted(map(without_times, value), key=repr) if isinstance(value, list) else value


def test_unit_tests_are_left_out_by_default_and_all_tests_by_models(tmp_path: Path) -> None:
    built = {"seed", "model", "test", "unit_test"}
    for options, expected in (
        ((), built - {"unit_test"}),
        (("--selector", "everything"), built),
        (("--selector", "models"), {"seed", "model"}),
    ):
        command = ("--quiet", "ls", *options, "--output", "json", "--output-keys", "resource_type")
        listed = run_dbt(command, ROOT / "seeds" / "ods", tmp_path).require_success().output
        found = {json.loads(line)["resource_type"] for line in listed.splitlines() if line}
        assert found & built == expected, options


# Every valid setting builds --------------------------------------------------------------------

LAST_DAY = date(2026, 11, 15)
DATA = {"seed": 41, "sends": 1_500, "days": 420, "dirty_rate": 1}
THRESHOLDS = {
    "recency": [0, 14, 45, 300],
    "frequency": [6, 4, 2, 1],
    "monetary": [3000, 999.99, 300, 0.01],
}


def levels(names: list[str], cuts: list[int]) -> dict[str, dict[str, Any]]:
    return {
        role: {"name": name, "min_total": cut}
        for role, name, cut in zip(LEVEL_ROLES, names, [*cuts, 3], strict=True)
    }


RENAMED = levels(["钻石,A", "50%", "VIP-2", "潜力用户"], [15, 8, 4])
MATRIX: dict[str, dict[str, Any]] = {
    "past": {"as_of_date": str(LAST_DAY - timedelta(days=60))},
    "today": {"as_of_date": "today"},
    "null": {"as_of_date": None},
    "current": {"segment_basis": "current"},
    "window-181": {"rfm_window_days": 181},
    "window-730": {"rfm_window_days": 730},
    "rank-0": {"min_sends_to_rank": 0},
    "rank-1000": {"min_sends_to_rank": 1000},
    "migration-1": {"migration_days": 1},
    "migration-365": {"migration_days": 365},
    "utc": {"business_timezone": "UTC"},
    "bogota": {"business_timezone": "America/Bogota"},
    "thresholds": {"rfm_thresholds": THRESHOLDS},
    "levels": {"rfm_levels": RENAMED},
    "all": {
        "as_of_date": str(LAST_DAY - timedelta(days=100)),
        "segment_basis": "current",
        "rfm_window_days": 301,
        "min_sends_to_rank": 5,
        "migration_days": 90,
        "business_timezone": "America/Bogota",
        "rfm_thresholds": THRESHOLDS,
        "rfm_levels": RENAMED,
    },
}
IN_EVERY_TEST_RUN = ("today", "all")


def check(
    build: Build, ods_path: Path, variables: dict[str, Any], *, with_unit_tests: bool = True
) -> Run:
    """Build with every test, all of which must run and pass; compare with the oracle."""
    selector = "everything" if with_unit_tests else "everyday"
    built = build(
        ods_path, variables, with_checks=True, options=("--write-json", "--selector", selector)
    )
    results = read_json(built, "run_results")["results"]
    found = Counter(result["status"] for result in results)
    assert set(found) <= {"success", "pass", "no-op"}, found
    manifest = read_json(built, "manifest")
    tests = {name for name, node in manifest["nodes"].items() if node["resource_type"] == "test"}
    tests |= set(manifest["unit_tests"]) if with_unit_tests else set()
    assert tests <= {result["unique_id"] for result in results}
    empty = [name for name in built.names("ads") if not built.table(f"ads.{name}")]
    assert not empty, "the tests of these tables saw no row"
    compare_warehouse(built, evaluate(ods_path, variables)).require_equality()
    return built


def read_json(built: Run, name: str) -> dict[str, Any]:
    return json.loads((built.target / f"{name}.json").read_text(encoding="utf-8"))


def data_for(generate: Generate, variables: dict[str, Any]) -> Path:
    """The usual data, for `today` up to today."""
    is_today = variables.get("as_of_date") == "today"
    return generate(**DATA, end_date=datetime.now(UTC).date() if is_today else LAST_DAY)


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param(
            variables, id=name, marks=[] if name in IN_EVERY_TEST_RUN else pytest.mark.soak
        )
        for name, variables in MATRIX.items()
    ],
)
def test_setting(generate: Generate, build: Build, variables: dict[str, Any]) -> None:
    """The unit tests, which pin what they read, prove it under `all` of them at once."""
    is_all = variables == MATRIX["all"]
    check(build, data_for(generate, variables), variables, with_unit_tests=is_all)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_random_settings(generate: Generate, build: Build, seed: int) -> None:
    check(build, data_for(generate, {}), random_settings(random.Random(seed)))


def random_settings(chance: random.Random) -> dict[str, Any]:
    """Valid settings, any of which may be the usual one."""
    recency = sorted(chance.sample(range(400), 4))
    cents = sorted(chance.sample(range(1, 2_000_000), 4), reverse=True)
    cuts = sorted(chance.sample(range(4, 16), 3), reverse=True)
    names = [
        "高价值用户",
        "潜力用户",
        "一般用户",
        "流失用户",
        "VIP",
        "=A1+B1",
        "a,b",
        "50%",
        "銀😀",
        "流失",
    ]
    past = str(LAST_DAY - timedelta(days=chance.randrange(200)))
    zones = ["UTC", "America/Bogota", "Asia/Kolkata", "Asia/Tokyo", "Africa/Lagos"]
    drawn = {
        "as_of_date": chance.choice([past, "latest"]),
        "rfm_thresholds": {
            "recency": recency,
            "frequency": sorted(chance.sample(range(1, 15), 4), reverse=True),
            "monetary": [cent / 100 for cent in cents],
        },
        "rfm_window_days": chance.randint(max(181, recency[3] + 1), 1000),
        "rfm_levels": levels(chance.sample(names, 4), cuts),
        "segment_basis": chance.choice(["at_send", "current"]),
        "min_sends_to_rank": chance.randrange(100),
        "migration_days": chance.randint(1, 400),
        "business_timezone": chance.choice(zones),
    }
    # Thresholds and window go together: the window must be longer than the longest recency.
    left_out = set(chance.sample(sorted(drawn.keys() - {"rfm_thresholds", "rfm_window_days"}), 2))
    return {name: value for name, value in drawn.items() if name not in left_out}


# Names of segments -----------------------------------------------------------------------------


def test_a_renamed_segment_keeps_its_strategies(
    generate: Generate, build: Build, tmp_path: Path
) -> None:
    """In the table, and in the CSV file of scripts/export_ads.py."""
    variables = MATRIX["all"]
    built = check(build, data_for(generate, variables), variables)
    expected = {row["strategy_id"]: RENAMED[row["segment_code"]]["name"] for row in strategies()}
    assert len(expected) > len(LEVEL_ROLES)
    table = built.table("ads.ads_segment_strategy")
    assert {row["strategy_id"]: row["user_level"] for row in table} == expected
    done = run(
        *(sys.executable, ROOT / "scripts" / "export_ads.py", "--out", tmp_path),
        *("--table", "ads_segment_strategy"),
        folder=tmp_path,
        environment={
            "COUPON_RFM_DB_PATH": str(built.warehouse),
            "DBT_TARGET_PATH": str(tmp_path / "target"),
        },
    )
    assert done.returncode == 0, done.stderr
    path = tmp_path / "ads" / "ads_segment_strategy.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        exported = {row["strategy_id"]: row["user_level"] for row in csv.DictReader(file)}
    assert exported == expected
