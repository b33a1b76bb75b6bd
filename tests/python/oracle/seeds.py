"""The two reference seeds that are data for the rules: test accounts and strategies."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[3] / "seeds" / "reference"


def test_accounts(account_type: str) -> frozenset[str]:
    """The ids of test accounts that are a `consumer` or an `agent`."""
    rows = _rows("test_account")
    return frozenset(row["account_id"] for row in rows if row["account_type"] == account_type)


def strategies() -> list[dict[str, Any]]:
    """The rows of segment_strategy.csv: text, but target_change a Decimal and the days an int."""
    rows: list[dict[str, Any]] = []
    for row in _rows("segment_strategy"):
        numbers = {
            "target_change": Decimal(row["target_change"]).quantize(Decimal("0.01")),
            "target_window_days": int(row["target_window_days"]),
        }
        rows.append(row | numbers)
    return rows


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
