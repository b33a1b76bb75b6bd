"""History judged by its own time: prices, caps and types that change, in one file and in batches.

Each kind is a product or an activity of its own with sends around its changes; a random history of
many keys stands beside them. The verdicts of the kinds are written down, all else is the oracle's.
"""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import Build
from oracle import evaluate
from raw_files import Row, write_ods, write_table
from spark import needs_spark
from test_oracle import check
from test_spark_parity import require_equality

OLD, NEW = "2025-01-01 09:00:00", "2025-03-10 09:00:00"
BATCHES = ("2025-02-01", "2025-03-10")  # folders; "" is a file outside of any
TAKEN = "discount_out_of_rule"
BEFORE, AT = "2025-03-10 08:59:59", "2025-03-10 09:00:00"
MIDNIGHT = ("2025-03-09 23:59:59", "2025-03-10 00:00:00")

# Kind: (batch, change) of each product row; (send_time, discount, expected reason) of each send.
PRODUCTS: dict[str, tuple[list[tuple[str, Row]], list[tuple[str, str, str]]]] = {
    "cut in one file": (
        [("", {"price": "299", "updated_at": OLD}), ("", {"price": "19.90", "updated_at": NEW})],
        [
            ("2024-06-01", "20", ""),
            (BEFORE, "20", ""),
            (AT, "20", TAKEN),
            (AT, "995", "unit_suspect"),
        ],
    ),
    "cut in a batch": (
        [
            (BATCHES[0], {"price": "299", "updated_at": OLD}),
            (BATCHES[1], {"price": "19.90", "updated_at": NEW}),
        ],
        [("2025-01-01", "20", ""), (BEFORE, "20", ""), (AT, "20", TAKEN)],
    ),
    "raise in one file": (
        [("", {"price": "19.90", "updated_at": OLD}), ("", {"price": "299", "updated_at": NEW})],
        [("2024-06-01", "20", TAKEN), (BEFORE, "20", TAKEN), (AT, "20", "")],
    ),
    "raise in a batch": (
        [
            (BATCHES[0], {"price": "19.90", "updated_at": OLD}),
            (BATCHES[1], {"price": "299", "updated_at": NEW}),
        ],
        [(BEFORE, "20", TAKEN), (BEFORE, "995", "unit_suspect"), (AT, "20", "")],
    ),
    "cut without updated_at": (
        [
            (BATCHES[0], {"price": "299", "updated_at": ""}),
            (BATCHES[1], {"price": "19.90", "updated_at": ""}),
        ],
        [("2024-06-01", "20", ""), (MIDNIGHT[0], "20", ""), (MIDNIGHT[1], "20", TAKEN)],
    ),
    "cut with the old updated_at": (
        [
            (BATCHES[0], {"price": "299", "updated_at": OLD}),
            (BATCHES[1], {"price": "19.90", "updated_at": OLD}),
        ],
        [("2024-06-01", "20", ""), (MIDNIGHT[0], "20", ""), (MIDNIGHT[1], "20", TAKEN)],
    ),
    "file, then a batch": (
        [
            ("", {"price": "299", "updated_at": ""}),
            (BATCHES[1], {"price": "19.90", "updated_at": ""}),
        ],
        [(MIDNIGHT[0], "20", ""), (MIDNIGHT[1], "20", TAKEN)],
    ),
    "two prices at once": (
        [("", {"price": "299", "updated_at": OLD}), ("", {"price": "19.90", "updated_at": OLD})],
        [("2024-06-01", "20", ""), (AT, "20", "")],
    ),
    "cut and back": (
        [
            (BATCHES[0], {"price": "299", "updated_at": OLD}),
            (BATCHES[1], {"price": "19.90", "updated_at": NEW}),
            ("2025-04-01", {"price": "299", "updated_at": OLD}),
        ],
        [
            (BEFORE, "20", ""),
            (AT, "20", TAKEN),
            ("2025-03-31 23:59:59", "20", TAKEN),
            ("2025-04-01", "20", ""),
        ],
    ),
    "corrected": (
        [
            (BATCHES[0], {"price": "19.90", "updated_at": NEW}),
            (BATCHES[1], {"price": "299", "updated_at": OLD}),
        ],
        [(BEFORE, "20", ""), (AT, "20", "")],
    ),
    "free for a while": (
        [
            ("", {"price": "10", "updated_at": OLD}),
            ("", {"price": "0", "updated_at": NEW}),
            ("", {"price": "10", "updated_at": "2025-04-01"}),
        ],
        [(BEFORE, "20", TAKEN), (AT, "5000", ""), ("2025-04-01", "20", TAKEN)],
    ),
    "rejected in between": (
        [
            ("", {"price": "299", "updated_at": OLD}),
            ("", {"price": "x", "updated_at": NEW}),
            ("", {"price": "", "updated_at": "2025-04-01"}),
        ],
        [(AT, "298.99", ""), ("2025-04-01", "299", TAKEN)],
    ),
}
CUSTOM = {"activity_type": "自定义"}
ACTIVITIES: dict[str, tuple[list[tuple[str, Row]], list[tuple[str, str, str]]]] = {
    "cap cut in one file": (
        [
            ("", CUSTOM | {"discount_amount": "50", "updated_at": OLD}),
            ("", CUSTOM | {"discount_amount": "10", "updated_at": NEW}),
        ],
        [("2024-06-01", "50", ""), (BEFORE, "50", ""), (AT, "10.01", TAKEN), (AT, "10", "")],
    ),
    "cap raised in a batch": (
        [
            (BATCHES[0], CUSTOM | {"discount_amount": "10", "updated_at": OLD}),
            (BATCHES[1], CUSTOM | {"discount_amount": "50", "updated_at": NEW}),
        ],
        [("2024-06-01", "10.01", TAKEN), (BEFORE, "10.01", TAKEN), (AT, "50", "")],
    ),
    "fixed becomes custom": (
        [
            ("", {"discount_amount": "50", "updated_at": OLD}),
            ("", CUSTOM | {"discount_amount": "10", "updated_at": NEW}),
        ],
        [("2024-06-01", "50", ""), (BEFORE, "50", ""), (AT, "50", TAKEN)],
    ),
    "custom becomes fixed in a batch": (
        [
            (BATCHES[0], CUSTOM | {"discount_amount": "10", "updated_at": OLD}),
            (BATCHES[1], {"discount_amount": "50", "updated_at": NEW}),
        ],
        [(BEFORE, "50", TAKEN), (AT, "50", "")],
    ),
    "cap cut without updated_at": (
        [
            (BATCHES[0], CUSTOM | {"discount_amount": "50", "updated_at": ""}),
            (BATCHES[1], CUSTOM | {"discount_amount": "10", "updated_at": ""}),
        ],
        [(MIDNIGHT[0], "50", ""), (MIDNIGHT[1], "50", TAKEN)],
    ),
    "ended afterwards": (
        [
            ("", CUSTOM | {"discount_amount": "50", "updated_at": OLD}),
            ("", CUSTOM | {"discount_amount": "50", "updated_at": NEW, "status": "已结束"}),
        ],
        [(AT, "50", ""), (AT, "50.01", TAKEN)],
    ),
}


@pytest.fixture(scope="module")
def ods_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_histories(tmp_path_factory.mktemp("versions") / "ods", random.Random(5))


def write_histories(folder: Path, chance: random.Random) -> Path:
    """Every kind, and random histories of the same kind of rows."""
    rows: dict[str, dict[str, list[Row]]] = {"product": {}, "activity": {}, "agent": {}}
    sends: list[Row] = []

    def add(table: str, batch: str, row: Row) -> None:
        rows[table].setdefault(batch, []).append(row)

    def send(name: str, time: str, discount: str, **members: str) -> None:
        sends.append(
            {"send_id": name, "send_time": time, "discount_amount": discount, "session_id": ""}
            | {"activity_id": "A0", "product_id": "P0"}
            | members
        )

    for table, kinds in (("product", PRODUCTS), ("activity", ACTIVITIES)):
        for kind, (versions, tries) in kinds.items():
            for batch, change in versions:
                add(table, batch, {f"{table}_id": kind} | change)
            for number, (time, discount, _) in enumerate(tries):
                send(f"{kind} {number}", time, discount, **{f"{table}_id": kind})
    add("product", "", {"product_id": "P0", "price": "0"})
    add("activity", "", {"activity_id": "A0"})
    add("agent", "", {})
    for day in ("2025-03-19", "2025-03-26", "2025-03-31"):  # or the last day would stand alone
        send(f"on {day}", day, "20")
    batches = ("", "2025-03-09", "2025-03-10", "2025-03-11")
    times = ("", "2025-03-09", "2025-03-10", "2025-03-10 00:00:01", "2025-03-11", "2025-03-12")
    for number in range(60):
        product, activity, agent = f"P{number + 1}", f"A{number + 1}", f"G{number + 2}"
        for _ in range(chance.randrange(1, 7)):
            updated = {"updated_at": chance.choice(times)}
            price = chance.choice(["10", "20", "20.00", "30", "0", "x"])
            add(
                "product", chance.choice(batches), updated | {"product_id": product, "price": price}
            )
            kind = chance.choice([{"activity_type": "固定"}, CUSTOM, CUSTOM])
            amount = {"discount_amount": chance.choice(["5", "15", "25", "0"])}
            add(
                "activity",
                chance.choice(batches),
                updated | kind | amount | {"activity_id": activity},
            )
            shop = {"shop_id": chance.choice(["S1", "S2", ""]), "agent_id": agent}
            add("agent", chance.choice(batches), updated | shop)
        for time in ("2025-03-08", *(text for text in times if text), "2025-03-09 23:59:59"):
            discount = chance.choice(["4", "9.99", "10", "15", "15.01", "20", "25", "500"])
            members = {"product_id": product, "activity_id": activity, "agent_id": agent}
            send(f"{number} {time}", time, discount, **members)
    for table, by_batch in rows.items():
        for batch, changes in by_batch.items():
            chance.shuffle(changes)
            place = f"dt={batch}/part.csv" if batch else "part.csv"
            write_table(folder / table / place, table, *changes)
    uses = [
        {"use_id": f"U {row['send_id']}", "send_id": row["send_id"], "pay_time": "2025-03-13"}
        | {"pay_amount": chance.choice(["80", "499.99", "500", "1500"])}
        for row in sends
    ]
    missing = dict.fromkeys(("activity", "product", "agent"))
    return write_ods(folder, coupon_send=sends, coupon_use=uses, **missing)


# Most of these rows are there to be rejected.
LENIENT = {"max_bad_row_share": 1}


def test_every_kind_has_its_verdict(build: Build, ods_path: Path) -> None:
    run = build(ods_path, LENIENT, with_checks=True)
    reasons = {row["send_id"]: "" for row in run.table("dwd.dwd_coupon_send")} | {
        row["row_key"]: row["reason"]
        for row in run.table("dwd.dwd_rejected_row")
        if row["source_table"] == "coupon_send"
    }
    for kinds in (PRODUCTS, ACTIVITIES):
        for kind, (_, tries) in kinds.items():
            found = [reasons[f"{kind} {number}"] for number in range(len(tries))]
            assert found == [expected for _, _, expected in tries], kind


def test_warehouse_equals_the_oracle(build: Build, ods_path: Path) -> None:
    check(build(ods_path, LENIENT, with_checks=True), ods_path, {})


@pytest.mark.parametrize(
    ("table", "columns"),
    [("product", ["price"]), ("activity", ["activity_type", "discount_amount"]), ("agent", [])],
)
def test_versions_are_those_of_the_oracle(
    build: Build, ods_path: Path, table: str, columns: list[str]
) -> None:
    """At every second at which anything begins, and before all: the same row holds."""
    versions: dict[str, list[dict[str, Any]]] = {}
    run = build(ods_path, LENIENT, with_checks=True)
    for row in run.query(f"from dim.dim_{table}_version order by valid_from"):
        versions.setdefault(row[f"{table}_id"], []).append(row)
    histories = evaluate(ods_path).histories[table]
    assert versions.keys() == histories.keys()
    for key, history in histories.items():
        found = versions[key]
        starts = [row["valid_from"] for row in found]
        assert starts[1:] == [row["valid_to"] for row in found[:-1]]
        for time in {datetime(2000, 1, 1), *history.starts, *starts[1:]} - {datetime.min}:
            (holds,) = [
                row
                for row in found
                if row["valid_from"] <= time and (not row["valid_to"] or time < row["valid_to"])
            ]
            expected = history.at(time)
            for column in columns or ["shop_id"]:
                wanted = "unknown" if expected[column] is None else expected[column]
                assert holds[column] == wanted, (key, time)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200, 210))
def test_random_histories(build: Build, tmp_path: Path, seed: int) -> None:
    ods_path = write_histories(tmp_path / "ods", random.Random(seed))
    check(build(ods_path), ods_path, {})


@needs_spark
@pytest.mark.soak
def test_spark_finds_the_same_versions(ods_path: Path, tmp_path: Path) -> None:
    require_equality(ods_path, tmp_path)
