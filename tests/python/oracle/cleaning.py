"""Section 3 of docs/rules.md: the outcome of every raw row, and the reason of those rejected."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from oracle import seeds
from oracle.files import RawTable, Record, read_table
from oracle.tables import TABLES, Table
from oracle.values import UNREADABLE, is_mangled, reader

ACCEPTED, DUPLICATE, REJECTED, UNREADABLE_LINE = "accepted", "duplicate", "rejected", "unreadable"
LARGEST_DISCOUNT = Decimal(5000)
LONGEST_VALIDITY = 24
FEN_FACTOR = 50
TEST_PAYMENT = Decimal("0.01")
SEPARATOR = "\x1f"
VERSIONED = ("product", "activity", "agent")


@dataclass
class Row:
    """One record of a raw table and what becomes of it.

    `values` holds a value per column, None for an empty field and for one that cannot be read; the
    latter are listed in `unreadable`. Of a line that is no record, `raw` and `values` are empty.
    """

    table: Table
    source_file: str
    source_line: int | None
    batch: str
    raw: dict[str, str | None]
    values: dict[str, Any]
    unreadable: frozenset[str]
    outcome: str = ACCEPTED
    reason: str = ""

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    @property
    def key(self) -> str | None:
        return self.values.get(self.table.key)

    @property
    def amount_at_stake(self) -> Decimal | None:
        if self.table.amount_at_stake is None:
            return None
        return self.values.get(self.table.amount_at_stake)

    @property
    def text(self) -> str:
        """The raw fields in the order of their table, which decides between rows with one key."""
        return SEPARATOR.join(self.raw.get(column) or "" for column in self.table.columns)

    def cannot_read(self, *columns: str) -> bool:
        return any(column in self.unreadable for column in columns)

    def lacks(self, *columns: str) -> bool:
        """Whether one of the columns is empty or cannot be read."""
        return any(self.values.get(column) is None for column in columns)


Rule = tuple[str, Callable[[Row], bool]]


@dataclass
class History:
    """The versions of one thing, from the oldest to today's: when each begins, and its row."""

    starts: list[datetime] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, start: datetime, row: Row) -> None:
        """Add a row newer than all others, which corrects what would begin at `start` or later."""
        while self.starts and self.starts[-1] >= start:
            self.starts.pop()
            self.rows.pop()
        self.starts.append(start)
        self.rows.append(row)

    def at(self, time: datetime) -> Row:
        """The row that holds at a time; before the first start, the first."""
        return self.rows[max(bisect_right(self.starts, time) - 1, 0)]


@dataclass
class Cleaned:
    """All rows of all tables, judged; the accepted ones of the checked tables by key."""

    rows: list[Row] = field(default_factory=list)
    raw: dict[str, RawTable] = field(default_factory=dict)
    accepted: dict[str, dict[str, Row]] = field(default_factory=dict)
    histories: dict[str, dict[str, History]] = field(default_factory=dict)
    test_consumers: frozenset[str] = frozenset()
    test_agents: frozenset[str] = frozenset()

    def of(self, table: str) -> list[Row]:
        return [row for row in self.rows if row.table.name == table]

    def version(self, table: str, key: str | None, time: datetime | None) -> Row | None:
        """The row of a dimension that held at a time; None for an unknown key."""
        history = self.histories[table].get(key)
        return history.at(time) if history and time else None


def clean(ods_path: Path, business_timezone: str) -> Cleaned:
    """Read and judge every table under `ods_path`."""
    cleaned = Cleaned(
        test_consumers=seeds.test_accounts("consumer"), test_agents=seeds.test_accounts("agent")
    )
    rows: dict[str, list[Row]] = {}
    for name, table in TABLES.items():
        cleaned.raw[name] = read_table(ods_path, table)
        rows[name] = _parse(cleaned.raw[name].records, table, business_timezone)
        cleaned.rows.extend(rows[name])
    sent_ids = {row.key for row in rows["coupon_send"]} - {None}
    _judge(cleaned, "product", rows, _product_rules())
    _judge(cleaned, "activity", rows, _activity_rules())
    _judge(cleaned, "agent", rows, _agent_rules(cleaned))
    _judge(cleaned, "coupon_send", rows, _send_rules(cleaned))
    _judge(cleaned, "coupon_use", rows, _use_rules(cleaned, sent_ids))
    _judge(cleaned, "chat_session", rows, _session_rules(cleaned))
    return cleaned


def _parse(records: Iterable[Record], table: Table, zone: str) -> list[Row]:
    readers = {column: reader(table.kinds[column], zone, column) for column in table.columns}
    if not table.reject_reasons:
        readers = {column: read for column, read in readers.items() if column.endswith("_id")}
    rows = []
    for record in records:
        place = (table, record.source_file, record.source_line, record.batch)
        if record.fields is None:
            row = Row(*place, {}, {}, frozenset(), UNREADABLE_LINE, UNREADABLE_LINE)
        else:
            values = {column: read(record.fields.get(column)) for column, read in readers.items()}
            unreadable = frozenset(c for c, value in values.items() if value is UNREADABLE)
            for column in unreadable:
                values[column] = None
            row = Row(*place, record.fields, values, unreadable)
        rows.append(row)
    return rows


def _judge(cleaned: Cleaned, name: str, rows: dict[str, list[Row]], rules: list[Rule]) -> None:
    """Give every readable row of a table its outcome, and keep the accepted ones."""
    candidates = []
    for row in rows[name]:
        if row.outcome == UNREADABLE_LINE:
            continue
        reason = next((reason for reason, applies in rules if applies(row)), None)
        if reason is None:
            candidates.append(row)
        else:
            row.outcome, row.reason = REJECTED, reason
    cleaned.accepted[name] = keep_newest(candidates)
    if name in VERSIONED:
        cleaned.histories[name] = histories(candidates)


def keep_newest(candidates: Iterable[Row]) -> dict[str, Row]:
    """For each key the row that stays, the greatest by `age`; the others become duplicates."""
    candidates = list(candidates)
    kept: dict[str, Row] = {}
    for row in candidates:
        rival = kept.get(row.key)
        if rival is None or age(row) > age(rival):
            kept[row.key] = row
    for row in candidates:
        stays = kept[row.key]
        if row is not stays:
            row.outcome = DUPLICATE
            row.reason = "identical" if row.text == stays.text else "superseded"
    return kept


def age(row: Row) -> tuple[str, datetime, str, str]:
    """The order of rows with one key: the greatest stays."""
    return (row.batch, row["updated_at"] or datetime.min, row.text, row.source_file)


def histories(rows: Iterable[Row]) -> dict[str, History]:
    """The versions of every key, from all rows without a reject reason."""
    found: dict[str, History] = {}
    first_batch: dict[tuple[str, datetime | None], str] = {}
    for row in sorted(rows, key=age):
        updated = row["updated_at"]
        batch = _midnight(row.batch)
        is_repeated = row.batch > first_batch.setdefault((row.key, updated), row.batch)
        start = max(updated or datetime.min, batch) if is_repeated else updated or batch
        found.setdefault(row.key, History()).add(start, row)
    return found


def _midnight(batch: str) -> datetime:
    """When the day of a batch begins; for no batch and for no day of the calendar, always."""
    try:
        return datetime.fromisoformat(batch)
    except ValueError:
        return datetime.min


def _key_rules() -> list[Rule]:
    return [
        ("missing_key", lambda row: row.key is None),
        ("mangled_id", lambda row: any(is_mangled(row[c]) for c in row.table.columns_of("id"))),
    ]


def _is_allowed_discount(amount: Decimal | None) -> bool:
    return amount is not None and 0 < amount <= LARGEST_DISCOUNT


def _activity_rules() -> list[Rule]:
    codes = ("is_stackable", "counts_as_lowest_price", "activity_type", "status")
    return [
        *_key_rules(),
        (
            "bad_time",
            lambda row: row.lacks("start_time", "end_time") or row.cannot_read("updated_at"),
        ),
        ("bad_amount", lambda row: row.lacks("discount_amount")),
        ("bad_flag", lambda row: row.lacks(*codes)),
        ("discount_out_of_rule", lambda row: not _is_allowed_discount(row["discount_amount"])),
    ]


def _product_rules() -> list[Rule]:
    return [
        *_key_rules(),
        ("bad_time", lambda row: row.cannot_read("updated_at")),
        ("bad_amount", lambda row: row.lacks("price") or row.cannot_read("cost")),
    ]


def _agent_rules(cleaned: Cleaned) -> list[Rule]:
    return [
        *_key_rules(),
        ("bad_time", lambda row: row.cannot_read("hire_date", "leave_date", "updated_at")),
        ("test_account", lambda row: row["agent_id"] in cleaned.test_agents),
    ]


def _price(cleaned: Cleaned, send: Row) -> Decimal | None:
    """The price of a send's product at its time, None where there is none to check against."""
    product = cleaned.version("product", send["product_id"], send["send_time"])
    return product["price"] or None if product else None


def _is_in_fen(amounts: Iterable[Decimal | None], price: Decimal | None) -> bool:
    """Whether an amount is so large that it must be in fen."""
    if price is None:
        return False
    return any(amount is not None and amount >= FEN_FACTOR * price for amount in amounts)


def _is_of_test_account(cleaned: Cleaned) -> Rule:
    return (
        "test_account",
        lambda row: (
            row["consumer_id"] in cleaned.test_consumers or row["agent_id"] in cleaned.test_agents
        ),
    )


def _session_rules(cleaned: Cleaned) -> list[Rule]:
    return [*_key_rules(), _is_of_test_account(cleaned)]


def _send_rules(cleaned: Cleaned) -> list[Rule]:
    def is_discount_out_of_rule(row: Row) -> bool:
        discount = row["discount_amount"]
        price = _price(cleaned, row)
        activity = cleaned.version("activity", row["activity_id"], row["send_time"])
        if not _is_allowed_discount(discount) or (price is not None and discount >= price):
            return True
        is_custom = activity is not None and activity["activity_type"] == "自定义"
        return is_custom and discount > activity["discount_amount"]

    def is_validity_out_of_rule(row: Row) -> bool:
        return row.lacks("valid_hours") or not 1 <= row["valid_hours"] <= LONGEST_VALIDITY

    return [
        *_key_rules(),
        ("bad_time", lambda row: row.lacks("send_time")),
        ("bad_amount", lambda row: row.lacks("discount_amount")),
        _is_of_test_account(cleaned),
        (
            "unit_suspect",
            lambda row: _is_in_fen([row["discount_amount"]], _price(cleaned, row)),
        ),
        ("discount_out_of_rule", is_discount_out_of_rule),
        ("validity_out_of_rule", is_validity_out_of_rule),
    ]


def _use_rules(cleaned: Cleaned, sent_ids: set[str]) -> list[Rule]:
    sends = cleaned.accepted["coupon_send"]

    def is_in_fen(row: Row) -> bool:
        send = sends.get(row["send_id"])
        price = _price(cleaned, send) if send else None
        return _is_in_fen([row["pay_amount"], row["discount_amount"]], price)

    def is_before_send(row: Row) -> bool:
        send = sends.get(row["send_id"])
        return bool(send and row["pay_time"] and row["pay_time"] < send["send_time"])

    def is_bad(row: Row, *columns: str) -> bool:
        return row.cannot_read(*columns) or (row["is_used"] is True and row.lacks(*columns))

    return [
        *_key_rules(),
        ("bad_time", lambda row: is_bad(row, "pay_time")),
        ("bad_amount", lambda row: is_bad(row, "pay_amount", "discount_amount")),
        ("bad_flag", lambda row: row.lacks("is_used")),
        (
            "test_account",
            lambda row: (
                row["consumer_id"] in cleaned.test_consumers or row["pay_amount"] == TEST_PAYMENT
            ),
        ),
        ("unit_suspect", is_in_fen),
        (
            "discount_out_of_rule",
            lambda row: row["is_used"] and not _is_allowed_discount(row["discount_amount"]),
        ),
        ("orphan_use", lambda row: row["send_id"] not in sent_ids),
        ("use_before_send", is_before_send),
    ]
