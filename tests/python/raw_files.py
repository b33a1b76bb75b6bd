"""Ods folders for tests: small ones written by hand, and generated ones with damaged lines."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

from oracle.tables import TABLES

Row = Mapping[str, object]
BLANK_BYTES = (b" ", b"\t", b"\r", "\u00a0".encode(), "\u3000".encode(), "\ufeff".encode())
BAD_BYTES = (b"\xff", b"\xe4\xb8", b"\xc0\x80", b"\xed\xa0\x80")

ACTIVITY = {
    "activity_id": "A1",
    "activity_name": "春季立减",
    "shop_id": "S1",
    "activity_type": "固定",
    "discount_amount": "20",
    "is_stackable": "是",
    "counts_as_lowest_price": "否",
    "start_time": "2025-01-01 00:00:00",
    "end_time": "2025-12-31 23:59:59",
    "status": "进行中",
    "updated_at": "2025-01-01 00:00:00",
}
SEND = {
    "send_id": "SD1",
    "activity_id": "A1",
    "agent_id": "G1",
    "consumer_id": "C1",
    "product_id": "P1",
    "send_time": "2025-03-10 10:00:00",
    "discount_amount": "20",
    "valid_hours": "24",
    "session_id": "",
}
USE = {
    "use_id": "U1",
    "send_id": "SD1",
    "order_id": "O1",
    "consumer_id": "C1",
    "is_used": "是",
    "pay_time": "2025-03-10 11:00:00",
    "pay_amount": "80",
    "discount_amount": "20",
}
PRODUCT = {
    "product_id": "P1",
    "product_name": "茶杯",
    "category_name": "家居",
    "price": "100",
    "cost": "40",
    "shop_id": "S1",
    "updated_at": "2025-01-01 00:00:00",
}
AGENT = {
    "agent_id": "G1",
    "agent_name": "小王",
    "shop_id": "S1",
    "shop_name": "一号店",
    "hire_date": "2024-01-01",
    "leave_date": "",
    "updated_at": "2025-01-01 00:00:00",
}
SESSION = {
    "session_id": "H1",
    "consumer_id": "C9",
    "agent_id": "G1",
    "start_time": "2025-03-10 09:50:00",
    "end_time": "2025-03-10 10:10:00",
    "first_reply_seconds": "12",
    "is_inquiry": "是",
}
TEMPLATES = {
    "activity": ACTIVITY,
    "coupon_send": SEND,
    "coupon_use": USE,
    "product": PRODUCT,
    "agent": AGENT,
    "chat_session": SESSION,
}


def rows_of(table: str, *changes: Row) -> list[dict[str, object]]:
    """Valid rows of a table, each with its changes."""
    return [TEMPLATES[table] | dict(change) for change in changes]


def csv_text(columns: Iterable[str], rows: Iterable[Row], line_end: str = "\n") -> str:
    """RFC 4180 text of rows, quoted only where it is needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    columns = list(columns)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row.get(c) is None else row.get(c) for c in columns])
    return out.getvalue()


def write_table(path: Path, table: str, *changes: Row) -> None:
    """Write one csv file of a table: its template row once per change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_text(TABLES[table].columns, rows_of(table, *changes)).encode())


def write_ods(folder: Path, **tables: Iterable[Row]) -> Path:
    """An ods folder with every required table; `coupon_send=[{…}, {…}]` replaces its one valid row.

    A table given as None is not written; optional tables are written only when given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table, spec in TABLES.items():
        changes = tables.get(table, [{}] if spec.is_required else None)
        if changes is not None:
            write_table(folder / f"{table}.csv", table, *changes)
    return folder


def corrupt(source: Path, target: Path, chance: random.Random, share: float, with_cr: bool) -> Path:
    """A copy of csv files in which a share of the lines is damaged in one of many ways."""
    blanks = [blank for blank in BLANK_BYTES if with_cr or blank != b"\r"]

    def damage(line: bytes) -> bytes:
        place = chance.randrange(len(line) + 1)
        cut = line[:place], line[place:]
        return chance.choice(
            [
                lambda: cut[0],
                lambda: cut[0] + b'"' + cut[1],
                lambda: b'"' + line,
                lambda: cut[0] + b"," + cut[1],
                lambda: cut[0] + chance.choice(BAD_BYTES) + cut[1],
                lambda: line.replace(b",", b";"),
                lambda: line.replace(b",", b"", 1),
                lambda: chance.choice(blanks) * chance.randrange(3),
                lambda: line + b"\r",
                lambda: b'"' + line.replace(b",", b'","') + b'"',
                lambda: line + b"\n" + line,
                lambda: cut[0] + b"\n" + cut[1],
            ]
        )()

    for path in sorted(source.rglob("*.csv")):
        if "truth" in path.parts:
            continue
        head, *body = path.read_bytes().split(b"\n")
        damaged = [damage(line) if chance.random() < share else line for line in body]
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(b"\n".join([head, *damaged]))
    return target
