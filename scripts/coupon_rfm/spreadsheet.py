"""CSV files that a spreadsheet opens as they are meant: UTF-8 with BOM, RFC 4180, no formulas."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

# What a spreadsheet would run when a cell begins with it.
FORMULA = re.compile(r"[=+\-@\t\r]")
# Excel moves what is beyond 32,767 characters of a cell into other rows.
LONGEST_TEXT = 32_000


def cell(value: Any) -> str:
    """Return the text of a cell: NULL is empty, text is never a formula, numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def text_cell(text: str) -> str:
    """Return a text that a spreadsheet neither runs nor breaks; a cut is marked."""
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}\n…（共 {len(text)} 字符）"
    return f"'{text}" if FORMULA.match(text) else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a file under another name and rename it when complete; return the number of rows.

    Raises:
        click.ClickException: the file cannot be written or replaced.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    written = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in rows:
                writer.writerow([cell(value) for value in row])
                written += 1
        os.replace(unfinished, path)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return written
