"""Every planted defect of generated data is found, and nothing else: full recall and precision."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from conftest import Build, Generate
from project import Run

Rows = dict[str, dict[str, Any]]
DETAIL = re.compile(r"(\w+)=(.*?)(?= \w+=|$)")
NOT_ACCEPTED = ("duplicate", "rejected", "unreadable")


@pytest.fixture(
    scope="module",
    params=[
        {"seed": 12, "sends": 5_000, "dirty_rate": 1},
        {"seed": 13, "sends": 3_000, "days": 60, "dirty_rate": 1, "batches": True},
    ],
    ids=["single_files", "batches"],
)
def ods_path(request: pytest.FixtureRequest, generate: Generate) -> Path:
    return generate(**request.param)


@pytest.fixture(scope="module")
def warehouse(build: Build, ods_path: Path) -> Run:
    return build(ods_path, {})


@pytest.fixture(scope="module")
def dirty_manifest(ods_path: Path) -> list[dict[str, str]]:
    return read_dirty_manifest(ods_path)


def read_dirty_manifest(ods_path: Path) -> list[dict[str, str]]:
    path = ods_path / "truth" / "dirty_manifest.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_dirty_manifest_is_not_empty(dirty_manifest: list[dict[str, str]]) -> None:
    outcomes = Counter(row["expected_outcome"] for row in dirty_manifest)
    assert set(outcomes) >= {"accepted", *NOT_ACCEPTED}


def test_rows_not_accepted_are_exactly_the_planted_ones(
    warehouse: Run, dirty_manifest: list[dict[str, str]]
) -> None:
    planted = Counter(planted_row(row) for row in dirty_manifest if is_not_accepted(row))
    found = Counter(found_row(row) for row in warehouse.table("dwd.dwd_rejected_row"))
    missed, invented = planted - found, found - planted
    assert not missed and not invented, (
        f"{missed.total()} planted rows were not found, as {list(missed.elements())[:5]}; "
        f"{invented.total()} rows were not planted, as {list(invented.elements())[:5]}"
    )


def is_not_accepted(row: dict[str, str]) -> bool:
    return row["expected_outcome"] in NOT_ACCEPTED


def planted_row(row: dict[str, str]) -> tuple[str, ...]:
    """Table, outcome, reason, file and place: the line of an unreadable row, else the key.

    A duplicate is planted as the later copy, but the earlier row may be the one that goes: so its
    file is left out here (test_oracle compares it).
    """
    outcome = row["expected_outcome"]
    place = row["source_line"] if outcome == "unreadable" else row["key"]
    source_file = "" if outcome == "duplicate" else row["source_file"]
    return (row["table"], outcome, row["expected_reason"], source_file, place)


def found_row(row: dict[str, Any]) -> tuple[str, ...]:
    """The same of a row of dwd_rejected_row."""
    outcome = row["outcome"]
    place = row["source_line"] if outcome == "unreadable" else row["row_key"] or ""
    source_file = "" if outcome == "duplicate" else row["source_file"]
    return (row["source_table"], outcome, row["reason"], source_file, str(place))


def test_every_kind_is_planted_and_found(
    warehouse: Run, dirty_manifest: list[dict[str, str]]
) -> None:
    """Recall by kind, so that a kind that fails is named."""
    found = Counter(found_row(row) for row in warehouse.table("dwd.dwd_rejected_row"))
    planted: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for row in dirty_manifest:
        if is_not_accepted(row):
            planted[row["kind"]][planted_row(row)] += 1
    missed = {kind: list((rows - found).elements())[:3] for kind, rows in planted.items()}
    assert not any(missed.values()), {kind: rows for kind, rows in missed.items() if rows}


# Kinds that are kept: where in the warehouse each shows, and as what ---------------------------


@pytest.fixture(scope="module")
def sends(warehouse: Run) -> Rows:
    return {row["send_id"]: row for row in warehouse.table("dwd.dwd_coupon_send")}


@pytest.fixture(scope="module")
def uses(warehouse: Run) -> Rows:
    return {row["use_id"]: row for row in warehouse.table("dwd.dwd_coupon_use")}


def planted(
    dirty_manifest: list[dict[str, str]], table: str, kind: str
) -> dict[str, dict[str, str]]:
    """The accepted rows of a kind by key, each with what its detail says."""
    rows = [row for row in dirty_manifest if (row["table"], row["kind"]) == (table, kind)]
    assert rows, f"no {kind} was planted in {table}"
    return {row["key"]: dict(DETAIL.findall(row["detail"])) for row in rows}


def test_missing_consumers_of_sends(dirty_manifest: list[dict[str, str]], sends: Rows) -> None:
    expected = {
        key: (detail["source"], detail["consumer"])
        for key, detail in planted(dirty_manifest, "coupon_send", "consumer_missing").items()
    }
    found = {
        key: (row["consumer_id_source"], row["consumer_id"])
        for key, row in sends.items()
        if row["consumer_id_source"] != "send"
    }
    assert found == expected
    assert {source for source, _ in expected.values()} == {"use", "session", "unknown"}


def test_missing_consumers_of_uses(dirty_manifest: list[dict[str, str]], uses: Rows) -> None:
    for key, detail in planted(dirty_manifest, "coupon_use", "consumer_missing").items():
        assert uses[key]["consumer_id"] == detail["consumer"], key


def test_unknown_members(dirty_manifest: list[dict[str, str]], sends: Rows) -> None:
    expected = {
        (key, column)
        for key, detail in planted(dirty_manifest, "coupon_send", "unknown_member").items()
        for column, text in detail.items()
        if text == "unknown"
    }
    columns = ("activity_id", "agent_id", "product_id")
    found = {(key, c) for key, row in sends.items() for c in columns if row[c] == "unknown"}
    assert found == expected


@pytest.mark.parametrize(
    ("kind", "flag"),
    [("outside_activity", "is_outside_activity"), ("after_agent_left", "is_after_agent_left")],
)
def test_flagged_sends(
    dirty_manifest: list[dict[str, str]], sends: Rows, kind: str, flag: str
) -> None:
    found = {key for key, row in sends.items() if row[flag]}
    assert found == planted(dirty_manifest, "coupon_send", kind).keys()


def test_expired_uses(dirty_manifest: list[dict[str, str]], uses: Rows) -> None:
    found = {key for key, row in uses.items() if row["invalid_reason"] == "expired"}
    assert found == planted(dirty_manifest, "coupon_use", "expired").keys()


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        *(("coupon_send", kind) for kind in ("time_format", "amount_format", "id_wrapper")),
        *(("coupon_use", kind) for kind in ("time_format", "amount_format", "id_wrapper")),
        ("coupon_use", "flag_format"),
    ],
)
def test_odd_spellings_are_read(
    dirty_manifest: list[dict[str, str]], sends: Rows, uses: Rows, table: str, kind: str
) -> None:
    rows = sends if table == "coupon_send" else uses
    for key, detail in planted(dirty_manifest, table, kind).items():
        for column, text in detail.items():
            assert as_text(rows[key][column]) == text, (key, column)


def as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("table", ["coupon_send", "coupon_use"])
def test_late_rows_are_kept(
    dirty_manifest: list[dict[str, str]], sends: Rows, uses: Rows, table: str
) -> None:
    rows = sends if table == "coupon_send" else uses
    assert planted(dirty_manifest, table, "late").keys() <= rows.keys()


@pytest.mark.soak
@pytest.mark.parametrize("seed", [31, 32, 33])
def test_large_sets(generate: Generate, build: Build, seed: int) -> None:
    ods_path = generate(seed=seed, sends=100_000, dirty_rate=1, batches=bool(seed % 2))
    warehouse = build(ods_path, {})
    test_rows_not_accepted_are_exactly_the_planted_ones(warehouse, read_dirty_manifest(ods_path))
