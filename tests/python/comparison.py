"""Compares the ads tables of a warehouse with those of the oracle, cell by cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from oracle import Outcome
from oracle.figures import KEYS
from project import Run

NOTHING = object()
TYPE_BY_NAME = (
    (
        r"(_rate|_share|^roi|share_of_from|avg_recency_days|avg_frequency|discount_sensitivity)$",
        r"DECIMAL\(18,6\)",
    ),
    (r"(_amount|^monetary|avg_monetary|_per_consumer|_change)$", r"DECIMAL\(18,2\)"),
    (r"(_count|_rank|frequency_sum|^frequency)$", r"BIGINT"),
    (r"(_score|rfm_total|_days)$", r"INTEGER"),
    (r"_date$", r"DATE"),
    (r"^is_", r"BOOLEAN"),
    (
        r"(_id|_name|_level|_type|_detail|_effect|_metric|_unit|^period|^lifecycle|^source_table"
        r"|^outcome|^reason|^note)$",
        r"VARCHAR",
    ),
)


@dataclass
class Comparison:
    """How many cells were compared, and a sentence for each that differs."""

    cell_count: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, other: Comparison) -> None:
        self.cell_count += other.cell_count
        self.differences += other.differences

    def require_equality(self) -> None:
        """Raise an AssertionError that shows the first differences, if there is any."""
        first = "\n".join(self.differences[:5])
        count = len(self.differences)
        assert not count, f"{count} of {self.cell_count} cells differ, the first:\n{first}"


def compare_warehouse(run: Run, outcome: Outcome) -> Comparison:
    """Rejected rows, facts and every ads table of a warehouse against the oracle, causes first."""
    compared = compare_rejected_rows(run, outcome)
    compared.add(
        compare_rows(
            "dwd_coupon_send", ["send_id"], run.table("dwd.dwd_coupon_send"), sends(outcome)
        )
    )
    compared.add(
        compare_rows("dwd_coupon_use", ["use_id"], run.table("dwd.dwd_coupon_use"), uses(outcome))
    )
    compared.add(compare_ads(run, outcome))
    return compared


def compare_rejected_rows(run: Run, outcome: Outcome) -> Comparison:
    """dwd_rejected_row as a multiset: where from, which key, which outcome and reason, how much."""
    expected = Counter(rejected_rows(outcome))
    unnumbered = {row[:2] for row in expected if row[4] == "unreadable" and row[2] is None}
    actual = Counter(
        (
            row["source_table"],
            row["source_file"],
            row["source_line"] if has_line(row, unnumbered) else None,
            row["row_key"],
            row["outcome"],
            row["reason"],
            row["amount_at_stake"],
        )
        for row in run.table("dwd.dwd_rejected_row")
    )
    compared = Comparison(cell_count=7 * expected.total())
    for row in (expected - actual).elements():
        compared.differences.append(f"dwd_rejected_row: expected {row}, not there")
    for row in (actual - expected).elements():
        compared.differences.append(f"dwd_rejected_row: not expected {row}")
    return compared


def has_line(row: dict[str, Any], unnumbered: set[tuple[str, str]]) -> bool:
    """Whether a row's line is compared: not in a file where a CR alone ends a line."""
    place = (row["source_table"], row["source_file"])
    return row["outcome"] == "unreadable" and place not in unnumbered


def rejected_rows(outcome: Outcome) -> list[tuple[Any, ...]]:
    """Table, file, line (of unreadable ones), key, outcome, reason, amount of rows not accepted."""
    return [
        (
            row.table.name,
            row.source_file,
            row.source_line if row.outcome == "unreadable" else None,
            row.key,
            row.outcome,
            row.reason,
            row.amount_at_stake,
        )
        for row in outcome.rows
        if row.outcome != "accepted"
    ]


def sends(outcome: Outcome) -> list[dict[str, Any]]:
    """The accepted sends with the columns of dwd_coupon_send that others rely on."""
    return [
        {
            "send_id": send.send_id,
            "send_time": send.send_time,
            "send_date": send.day,
            "expire_time": send.expire_time,
            "consumer_id": send.consumer_id,
            "consumer_id_source": send.consumer_id_source,
            "activity_id": send.activity_id,
            "agent_id": send.agent_id,
            "product_id": send.product_id,
            "shop_id": send.shop_id,
            "discount_amount": send.discount_amount,
            "valid_hours": send.valid_hours,
            "is_outside_activity": send.is_outside_activity,
            "is_after_agent_left": send.is_after_agent_left,
        }
        for send in outcome.facts.sends
    ]


def uses(outcome: Outcome) -> list[dict[str, Any]]:
    """The accepted uses with the columns of dwd_coupon_use that others rely on."""
    return [
        {
            "use_id": use.use_id,
            "send_id": use.send_id,
            "order_id": use.order_id,
            "consumer_id": use.consumer_id,
            "pay_time": use.pay_time,
            "pay_date": use.day,
            "pay_amount": use.pay_amount,
            "discount_amount": use.discount_amount,
            "is_used": use.is_used,
            "is_valid_use": use.is_valid,
            "invalid_reason": use.invalid_reason,
            "is_other_buyer": use.is_other_buyer,
        }
        for use in outcome.facts.uses
    ]


def compare_ads(run: Run, outcome: Outcome) -> Comparison:
    """Every ads table of a warehouse against the oracle: rows, columns, types and values."""
    compared = Comparison()
    for table, expected in outcome.tables.items():
        compared.add(compare_columns(table, run.types(f"ads.{table}"), expected))
        compared.add(compare_rows(table, KEYS[table], run.table(f"ads.{table}"), expected))
    return compared


def compare_columns(
    table: str, types: Mapping[str, str], expected: list[dict[str, Any]]
) -> Comparison:
    """The contract's columns stand first and in order, each of the type of its family."""
    compared = Comparison()
    if expected:
        wanted = list(expected[0])
        compared.cell_count += len(wanted)
        actual = list(types)[: len(wanted)]
        if actual != wanted:
            compared.differences.append(f"{table}: columns expected {wanted}, actual {actual}")
    for column, type_name in types.items():
        family = next((t for name, t in TYPE_BY_NAME if re.search(name, column)), None)
        if family is not None and not re.fullmatch(family, type_name):
            compared.differences.append(f"{table}.{column}: type {type_name}, not {family}")
    return compared


def compare_rows(
    table: str,
    key: Iterable[str],
    actual: Iterable[dict[str, Any]],
    expected: Iterable[dict[str, Any]],
) -> Comparison:
    """Two sets of rows with the same key; only the columns of the expected rows are compared."""
    key = tuple(key)
    compared = Comparison()
    wanted = _by_key(table, key, expected, compared)
    found = _by_key(table, key, actual, compared)
    for values, row in wanted.items():
        compared.cell_count += len(row)
        if values not in found:
            compared.differences.append(f"{table} {values}: the row is missing, expected {row}")
            continue
        for column, value in row.items():
            seen = found[values].get(column, NOTHING)
            if not is_same(seen, value):
                seen = "no such column" if seen is NOTHING else repr(seen)
                compared.differences.append(
                    f"{table} {values} {column}: expected {value!r}, actual {seen}"
                )
    for values in found.keys() - wanted.keys():
        compared.differences.append(f"{table} {values}: a row too many, {found[values]}")
    return compared


def is_same(actual: Any, expected: Any) -> bool:
    """Equal, and of one type: 1 is not True, and 0.5 as a double is not a Decimal."""
    return type(actual) is type(expected) and actual == expected


def _by_key(
    table: str, key: tuple[str, ...], rows: Iterable[dict[str, Any]], compared: Comparison
) -> dict[tuple[Any, ...], dict[str, Any]]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        values = tuple(row.get(column) for column in key)
        if values in found:
            compared.differences.append(f"{table} {values}: the key is there twice")
        found[values] = row
    return found


def table_contents(run: Run, schemas: Iterable[str] = ("ads",)) -> dict[str, list[str]]:
    """All rows of all tables of the schemas, each row as text, in order."""
    contents = {}
    with run.connect() as connection:
        for schema in schemas:
            for name in table_names(connection, schema):
                rows = connection.execute(f'select * from {schema}."{name}"').fetchall()
                contents[f"{schema}.{name}"] = sorted(map(repr, rows))
    return contents


def table_names(connection: Any, schema: str) -> list[str]:
    """The tables of a schema (views read the raw files, so they are left out)."""
    sql = """
        select table_name from information_schema.tables
        where table_schema = ? and table_type = 'BASE TABLE' order by table_name
    """
    return [row[0] for row in connection.execute(sql, [schema]).fetchall()]


def require_same_contents(
    actual: Mapping[str, list[str]], expected: Mapping[str, list[str]]
) -> None:
    """An AssertionError that names the first tables and rows in which two warehouses differ."""
    assert sorted(actual) == sorted(expected)
    different = {
        name: (
            sorted(set(actual[name]) - set(expected[name]))[:2],
            sorted(set(expected[name]) - set(actual[name]))[:2],
        )
        for name in expected
        if actual[name] != expected[name]
    }
    assert not different, "\n".join(
        f"{name}: only in the first {more}, only in the second {less}"
        for name, (more, less) in different.items()
    )
