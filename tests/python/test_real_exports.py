"""What pandas, Hive, Java, MySQL, spreadsheets and chat windows do to an export, and what it means.

Each case changes the texts of one small set of files, and none of its figures.
"""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from comparison import compare_warehouse
from conftest import Build
from oracle import Outcome, evaluate
from raw_files import TEMPLATES, write_ods
from spark import needs_spark
from test_oracle import write_odd_values
from test_spark_parity import require_equality

Row = dict[str, str]
ACTIVITY, AGENT, PRODUCT = {"activity_id": "A1"}, {"agent_id": "K1"}, {"product_id": "P1"}
SEND = {
    **{"send_id": "1001", "consumer_id": "2001", "agent_id": "K1", "activity_id": "A1"},
    **{"product_id": "P1", "session_id": "", "discount_amount": "20.00"},
}
USE = {
    **{"use_id": "9001", "send_id": "1001", "order_id": "7001", "consumer_id": "2001"},
    **{"pay_amount": "59.00", "discount_amount": "20.00"},
}
CASES: dict[str, dict[str, list[Row]]] = {
    "unchanged": {},
    "float ids of pandas": {
        "coupon_send": [SEND | {"send_id": "1001.0", "consumer_id": "2001.0"}],
        "coupon_use": [USE | {"send_id": "1001.00", "order_id": "7001.0"}],
    },
    "invisible characters and full-width ids": {
        "coupon_send": [SEND | {"consumer_id": "\u202a2001\u202c", "product_id": "P1\u00ad"}],
        "coupon_use": [USE | {"consumer_id": "２００\u200b１", "send_id": "\ufeff１００１"}],
        "activity": [ACTIVITY | {"activity_id": "Ａ１\u200f"}],
    },
    "backslash N of Hive": {
        "coupon_send": [SEND | {"session_id": r"\N"}],
        "agent": [AGENT | {"hire_date": r"\N", "leave_date": r"\N", "updated_at": r"\N"}],
        "coupon_use": [
            USE,
            USE
            | {"use_id": "9002", "is_used": "否", "consumer_id": r"\N", "order_id": r"\N"}
            | {"pay_time": r"\N", "pay_amount": r"\N", "discount_amount": r"\N"},
        ],
    },
    "other words for empty": {
        "agent": [AGENT | {"hire_date": "NaT", "leave_date": "(null)", "updated_at": "<NA>"}],
        "product": [PRODUCT | {"cost": "#N/A", "updated_at": "[null]"}],
    },
    "dates for never": {
        "activity": [ACTIVITY | {"end_time": "9999-12-31 23:59:59"}],
        "agent": [AGENT | {"leave_date": "0000-00-00"}],
    },
    "a leave date of never": {"agent": [AGENT | {"leave_date": "9999-12-31"}]},
    "offsets": {
        "coupon_send": [SEND | {"send_time": "2025-03-10 02:00:00 UTC"}],
        "coupon_use": [USE | {"pay_time": "2025-03-10T11:00:00.000+0800"}],
        "product": [PRODUCT | {"updated_at": "2025-01-01 00:00:00+08"}],
    },
    "float noise": {
        "coupon_use": [USE | {"pay_amount": "58.99999999999999"}],
        "coupon_send": [SEND | {"discount_amount": "20.000000000000004"}],
    },
    "float flags and hours": {
        "coupon_use": [USE | {"is_used": "1.0"}],
        "coupon_send": [SEND | {"valid_hours": "24.0"}],
        "activity": [ACTIVITY | {"is_stackable": "1.0", "counts_as_lowest_price": "0.0"}],
    },
    "totals and repeated headers": {
        "activity": [ACTIVITY, ACTIVITY | {"activity_id": "合计"}],
        "agent": [AGENT, {column: column for column in TEMPLATES["agent"]}],
        "product": [PRODUCT, PRODUCT | {"product_id": "总 计"}],
    },
}


def write_case(folder: Path, changes: dict[str, list[Row]]) -> Path:
    tables: dict[str, list[Row]] = {"activity": [ACTIVITY], "agent": [AGENT], "product": [PRODUCT]}
    tables |= {"coupon_send": [SEND], "coupon_use": [USE]}
    return write_ods(folder, **tables | changes)


def figures(outcome: Outcome) -> list[Any]:
    """All that the exports say of the one send, its use and the members."""
    (send,) = outcome.facts.sends
    (use,) = outcome.facts.counted_uses()
    tables = ("activity", "agent", "product")
    return [
        (send.activity_id, send.agent_id, send.product_id, send.consumer_id, send.send_time),
        (send.is_outside_activity, send.is_after_agent_left, use.is_other_buyer),
        (use.use_id, use.order_id, use.pay_time, use.pay_amount, use.discount_amount),
        sorted(
            (row.table.name, row.key)
            for row in outcome.rows
            if row.outcome == "accepted" and row.table.name in tables
        ),
    ]


@pytest.mark.parametrize("case", CASES)
def test_case(tmp_path: Path, case: str) -> None:
    """The rules make of every case what they make of the plain files."""
    plain = evaluate(write_case(tmp_path / "plain", {}))
    changed = evaluate(write_case(tmp_path / "changed", CASES[case]))
    assert figures(changed) == figures(plain)
    rejected = {row.reason for row in changed.rows if row.outcome == "rejected"}
    assert rejected == ({"missing_key"} if "totals" in case else set())
    assert changed.facts.sends[0].consumer_id == "2001"
    assert changed.facts.counted_uses()[0].pay_amount == Decimal(59)


def write_doubles(ods_path: Path) -> Path:
    """Sends and uses in Parquet as pandas writes them: every number a double, nan for empty."""
    nan = float("nan")
    sends = {
        "send_id": [1001.0, 1002.0, 5_770_000_000_000.0, 9_007_199_254_740_992.0, 5.77e18],
        "activity_id": ["A1"] * 5,
        "agent_id": ["K1"] * 5,
        "consumer_id": [2001.0, nan, 2_200_000_000_000.0, 2003.0, None],
        "product_id": ["P1"] * 5,
        "send_time": [f"2025-03-10 10:0{i}:00" for i in range(5)],
        "discount_amount": [20.0, 19.999999999999996, 0.1 + 0.2, 20.5, 20.0],
        "valid_hours": [24.0, 12.0, 1.0, 6.0, 24.0],
    }
    uses = {
        "use_id": [9001.0, 9002.0],
        "send_id": [1001.0, 5_770_000_000_000.0],
        "order_id": [4_300_000_000_000_001.0, 7.0],
        "consumer_id": [2001.0, nan],
        "is_used": [1.0, 1.0],
        "pay_time": ["2025-03-10 11:00:00", "2025-03-10 10:30:00 +08:00"],
        "pay_amount": [58.99999999999999, 12345678.9],
        "discount_amount": [20.0, 0.30000000000000004],
    }
    write_ods(ods_path, activity=[ACTIVITY], agent=[AGENT], product=[PRODUCT | {"price": "999999"}])
    for table, columns in (("coupon_send", sends), ("coupon_use", uses)):
        (ods_path / f"{table}.csv").unlink()
        pyarrow.parquet.write_table(pyarrow.table(columns), ods_path / f"{table}.parquet")
    return ods_path


def test_doubles_in_parquet(build: Build, tmp_path: Path) -> None:
    ods_path = write_doubles(tmp_path / "ods")
    run, outcome = build(ods_path), evaluate(ods_path)
    compare_warehouse(run, outcome).require_equality()
    sends = {row["send_id"]: row for row in run.table("dwd.dwd_coupon_send")}
    assert sends.keys() == {"1001", "1002", "5770000000000"}
    assert sends["5770000000000"]["discount_amount"] == Decimal("0.30")
    amounts = {row["use_id"]: row["pay_amount"] for row in run.table("dwd.dwd_coupon_use")}
    assert amounts == {"9001": Decimal("59.00"), "9002": Decimal("12345678.90")}


@needs_spark
@pytest.mark.soak
def test_spark_reads_them_alike(tmp_path: Path) -> None:
    """The odd texts of test_oracle, and doubles."""
    ods_path = write_odd_values(tmp_path / "odd", random.Random(7))
    write_doubles(tmp_path / "doubles")
    as_of = '{"as_of_date": "2025-03-10"}'
    require_equality(ods_path, tmp_path / "1", "--vars", as_of)
    require_equality(tmp_path / "doubles", tmp_path / "2", "--vars", as_of)
