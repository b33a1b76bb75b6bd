"""Section 1 of docs/rules.md: from files to lines, from lines to named fields."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from oracle.tables import Table
from oracle.values import BLANKS

BATCH_FOLDER = re.compile(r"dt=(\d{4})(-?)(\d{2})\2(\d{2})", re.ASCII)
LONGEST_LINE = 1_000_000
LINE_END = re.compile(rb"\r\n|\n|\r")
LONE_CR = re.compile(rb"\r(?!\n)")
BOM = "\ufeff"


class OdsError(Exception):
    """The raw files are such that the build has to stop; the message says which file and why."""


@dataclass
class Record:
    """One physical line (or parquet row): its fields by column name, None if unreadable."""

    source_file: str
    source_line: int | None
    batch: str
    fields: dict[str, str | None] | None
    text: str | bytes = ""


@dataclass
class RawTable:
    """All records of one table, and the columns of its headers that it does not have."""

    exists: bool
    records: list[Record] = field(default_factory=list)
    unknown_columns: set[str] = field(default_factory=set)


def read_table(ods_path: Path, table: Table) -> RawTable:
    """Every record of a table's files, in the order of the files' paths."""
    files = table_files(ods_path, table.name)
    if not files:
        if table.is_required:
            raise OdsError(f"{ods_path}: the required table {table.name} has no file")
        return RawTable(exists=False)
    raw = RawTable(exists=True)
    for path in files:
        batch = batch_of(path.relative_to(ods_path))
        source_file = path.relative_to(ods_path).as_posix()
        read = _parquet_records if path.suffix.lower() == ".parquet" else _csv_records
        header, records = read(path, table, source_file, batch)
        raw.unknown_columns |= set(header) - set(table.columns) - {""}
        raw.records.extend(records)
    return raw


def table_files(ods_path: Path, name: str) -> list[Path]:
    """The files of a table: `<name>.csv`, `<name>.parquet` or those in the folder `<name>/`."""
    if not ods_path.is_dir():
        raise OdsError(f"{ods_path}: no such folder")
    kinds = ("(?i:[.]csv)([.]gz)?", "(?i:[.]parquet)")
    found = [
        [path]
        for path in sorted(ods_path.iterdir())
        if path.is_file() and any(re.fullmatch(name + kind, path.name) for kind in kinds)
    ]
    folder = ods_path / name
    if folder.is_dir():
        inside = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
        shown = [path for path in inside if not any(part[0] in "._" for part in path.parts)]
        by_kind = [[p for p in shown if re.search(f"{kind}$", p.name)] for kind in kinds]
        if len(shown) > sum(map(len, by_kind)):
            raise OdsError(f"{folder}: holds a file that is not read")
        found += [[folder / path for path in paths] for paths in by_kind]
    found = [paths for paths in found if paths]
    if len(found) > 1:
        raise OdsError(f"{ods_path}: the table {name} is given twice: {found}")
    return found[0] if found else []


def batch_of(path: Path) -> str:
    """The day of the innermost `dt=` folder on a path below the raw folder, '' without one."""
    batch = ""
    for part in path.parts[:-1]:
        if part.lower().startswith("dt="):
            found = BATCH_FOLDER.fullmatch(part)
            try:
                year, _, month, day = found.groups() if found else ("0", "", "0", "0")
                batch = date(int(year), int(month), int(day)).isoformat()
            except ValueError as error:
                raise OdsError(f"{path}: {part} is no day") from error
    return batch


def physical_lines(content: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Line number (from 1) and bytes of every line, without the LF, CRLF or CR that ends it.

    The numbers are None where a CR alone ends a line: programs do not agree on the lines there.
    """
    has_cr_alone = b"\r" in content.replace(b"\r\n", b"\n")
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for number, line in enumerate(lines, start=1):
        yield None if has_cr_alone else number, line


def decode(line: bytes) -> str | None:
    """The text of a line, None if its bytes are not UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def split_fields(line: str) -> list[str] | None:
    """The fields of one line, None if a quote is not closed, or followed by more than a comma."""
    if '"' not in line:
        return line.split(",")
    fields: list[str] = []
    position = 0
    while True:
        if line.startswith('"', position):
            end = _closing_quote(line, position + 1)
            if end is None:
                return None
            fields.append(line[position + 1 : end].replace('""', '"'))
            position = end + 1
        else:
            end = line.find(",", position)
            end = len(line) if end < 0 else end
            fields.append(line[position:end])
            position = end
        if position == len(line):
            return fields
        if line[position] != ",":
            return None
        position += 1


def _closing_quote(line: str, start: int) -> int | None:
    position = start
    while (position := line.find('"', position)) >= 0:
        if not line.startswith('""', position):
            return position
        position += 2
    return None


def _header(names: list[str], table: Table, source_file: str) -> list[str]:
    header = [name.strip(BLANKS) for name in names]
    for name in header:
        if name in table.columns and header.count(name) > 1:
            raise OdsError(f"{source_file}: the column {name} is named twice")
    for column in table.columns:
        if column not in header and column not in table.optional_columns:
            raise OdsError(f"{source_file}: the required column {column} is missing")
    return header


def _csv_records(
    path: Path, table: Table, source_file: str, batch: str
) -> tuple[list[str], list[Record]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if not content:
        raise OdsError(f"{source_file}: the file is empty, not even a header")
    lines = physical_lines(content)
    _, first = next(lines)
    text = decode(first)
    names = None if text is None else split_fields(text.removeprefix(BOM))
    if names is None:
        raise OdsError(f"{source_file}: the header cannot be read")
    header = _header(names, table, source_file)
    least = len(header)
    while least and header[least - 1] in table.optional_columns:
        least -= 1
    records = []
    for number, line in lines:
        text = decode(line)
        if text is not None and not text.strip(BLANKS):
            continue
        fields = None if text is None or len(line) > LONGEST_LINE else split_fields(text)
        if fields is not None and least <= len(fields) <= len(header):
            fields += [""] * (len(header) - len(fields))
            named = {name: value or None for name, value in zip(header, fields, strict=True)}
            records.append(Record(source_file, number, batch, named))
        else:
            records.append(Record(source_file, number, batch, None, text or line))
    return header, records


def _parquet_records(
    path: Path, table: Table, source_file: str, batch: str
) -> tuple[list[str], list[Record]]:
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    data = file.read()
    header = _header(data.column_names, table, source_file)
    columns = [[_parquet_text(value) for value in column.to_pylist()] for column in data.columns]
    for i, values in enumerate(columns):
        # INT96 has no room for a zone: by custom it is in UTC.
        if file.schema.column(i).physical_type == "INT96":
            columns[i] = [value and f"{value}+00:00" for value in values]
    records = [
        Record(source_file, None, batch, dict(zip(header, values, strict=True)))
        for values in zip(*columns, strict=True)
    ]
    return header, records


def _parquet_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bytes):
        text = decode(value)
        return (
            value.decode("ascii", "replace").replace("\ufffd", "?") if text is None else text
        ) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
