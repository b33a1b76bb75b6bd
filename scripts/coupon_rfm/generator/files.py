"""The files of a data set: tables as one file, years or batches; the dirty manifest; the folder."""

import os
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from .defect import UNREADABLE, Defect
from .settings import DAY, Settings
from .text import TABLE_COLUMNS, replace_texts

DIRTY_MANIFEST_COLUMNS = (
    *("table", "key", "kind", "expected_outcome", "expected_reason"),
    *("source_file", "source_line", "detail"),
)
NO_QUOTES = pacsv.WriteOptions(include_header=False, quoting_style="none", batch_size=1 << 14)
REORDERED = {  # column order of a table with the file defect "reordered columns"
    "coupon_use": (
        *("use_id", "order_id", "send_id", "consumer_id"),
        *("pay_time", "is_used", "discount_amount", "pay_amount"),
    ),
}


@dataclass
class Insert:
    """A physical line that no reader can parse, put before a row (or after the last one)."""

    place: int
    kind: str
    line: bytes


def quoted(text: str, is_raw: bool = False) -> str:
    """Return a CSV field, quoted only when needed; `is_raw` keeps quotes as they are."""
    if ("," in text or '"' in text or "\n" in text or "\r" in text) and not is_raw:
        return '"' + text.replace('"', '""') + '"'
    return text


class DirtyManifest:
    """`truth/dirty_manifest.csv`: one row per planted defect."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._file.write(",".join(DIRTY_MANIFEST_COLUMNS) + "\n")

    def add(self, table: str, defect: Defect, source: tuple[str, int | str]) -> None:
        """Write one row; `source` is the file relative to the output folder and the line."""
        self.add_all(table, [defect], source[0], [source[1]])

    def add_all(
        self, table: str, defects: list[Defect], file: str, lines: list[int] | list[str]
    ) -> None:
        """Write one row per defect of one file; only the detail can need quotes."""
        self._file.writelines(
            f"{table},{what.key},{what.kind},{what.outcome},{what.reason},"
            f"{file},{line},{quoted(what.detail)}\n"
            for what, line in zip(defects, lines, strict=True)
        )

    def add_unreadable(self, table: str, insert: Insert, source: tuple[str, int | str]) -> None:
        """Write the row of an unreadable line."""
        text = insert.line.rstrip(b"\r\n").decode("utf-8", "replace")
        self.add(table, Defect(insert.kind, "", UNREADABLE, "unreadable", text), source)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class FactFiles:
    """The file, or the files by year or batch, of one fact table, written in order of arrival."""

    def __init__(self, root: Path, table: str, settings: Settings, is_reordered: bool) -> None:
        self.root = root
        self.table = table
        self.settings = settings
        self.columns = TABLE_COLUMNS[table]
        self.is_reordered = is_reordered
        self.first_path = ""
        self._path = ""
        self._order = self.columns
        self._lines = 0
        self._file: BinaryIO | None = None
        self._writer: pq.ParquetWriter | pacsv.CSVWriter | None = None
        self._is_parquet = settings.format == "parquet"

    def write(
        self,
        columns: dict[str, pa.Array],
        arrival: np.ndarray,
        defects: dict[int, Defect],
        inserts: list[Insert],
        dirty_manifest: DirtyManifest,
    ) -> None:
        """Write rows that lie in order of arrival, with their defects, and list the defects."""
        special = {}
        if not self._is_parquet:
            special = {
                place: defect
                for place, defect in defects.items()
                if '"' in defect.text or "," in defect.text
            }
        columns = patched(columns, defects, special)
        places = list(defects)  # ascending
        for first, last, path in self._parts(arrival):
            self._open(path)
            batch = pa.record_batch([columns[name] for name in self._order], names=self._order)
            if not self._is_parquet and self._writer is None:
                self._writer = pacsv.CSVWriter(self._file, batch.schema, write_options=NO_QUOTES)
            within = places[bisect_left(places, first) : bisect_left(places, last)]
            here = [insert for insert in inserts if first <= insert.place < last]
            if last == len(arrival):
                here += [insert for insert in inserts if insert.place >= last]
            listed = [defects[place] for place in within]
            odd = {place: special[place] for place in within if place in special}
            self._write_part(batch, first, last, odd, here, dirty_manifest, within, listed)

    def _parts(self, arrival: np.ndarray) -> Iterator[tuple[int, int, str]]:
        """Yield first row, row after the last, and file of every part."""
        extension = self.settings.format
        if not (self.settings.batches or self.settings.yearly):
            yield 0, len(arrival), f"{self.table}.{extension}"
            return
        days = arrival // DAY
        parts = days if self.settings.batches else year_of(days)
        edges = np.concatenate(([0], np.flatnonzero(np.diff(parts)) + 1, [len(parts)]))
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if last <= first:
                continue
            if self.settings.batches:
                yield first, last, batch_file(self.table, int(days[first]), extension)
            else:
                yield first, last, f"{self.table}/{parts[first]}.{extension}"

    def _open(self, path: str) -> None:
        if path == self._path:
            return
        self.close()
        is_first = not self._path
        self.first_path = self.first_path or path
        self._path = path
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        self._order = self.columns
        if self.is_reordered and is_first:
            self._order = REORDERED[self.table]
        if self._is_parquet:
            schema = pa.schema([(name, pa.string()) for name in self._order])
            self._writer = pq.ParquetWriter(target, schema)
            return
        self._file = target.open("wb", buffering=1 << 20)
        self._file.write((",".join(self._order) + "\n").encode("utf-8"))
        self._lines = 1

    def _write_part(
        self,
        batch: pa.RecordBatch,
        first: int,
        last: int,
        special: dict[int, Defect],
        inserts: list[Insert],
        dirty_manifest: DirtyManifest,
        places: list[int],
        defects: list[Defect],
    ) -> None:
        """Write rows [first, last) with the lines Arrow cannot write in between."""
        if self._is_parquet:
            self._writer.write_batch(batch.slice(first, last - first))
            dirty_manifest.add_all(self.table, defects, self._path, [""] * len(defects))
            return
        start = self._lines
        done = first
        steps = [(place, 1, defect) for place, defect in special.items()]
        steps += [(min(insert.place, last), 0, insert) for insert in inserts]
        for place, _, what in sorted(steps, key=lambda step: step[:2]):
            self._write_rows(batch, done, place)
            done = place
            if isinstance(what, Insert):
                self._file.write(what.line)
                self._lines += 1
                dirty_manifest.add_unreadable(self.table, what, (self._path, self._lines))
            else:
                self._file.write(special_line(batch, place, what))
                self._lines += 1
                done = place + 1
        self._write_rows(batch, done, last)
        before = np.sort(np.array([insert.place for insert in inserts], dtype=np.int64))
        at = np.array(places, dtype=np.int64)
        lines = start + 1 + at - first + np.searchsorted(before, at, side="right")
        dirty_manifest.add_all(self.table, defects, self._path, lines.tolist())

    def _write_rows(self, batch: pa.RecordBatch, first: int, last: int) -> None:
        if last > first:
            self._writer.write_batch(batch.slice(first, last - first))
            self._lines += last - first

    def finish(self) -> None:
        """Finish the last file; a table without rows gets a file with a header only."""
        if not self.first_path:
            path = f"{self.table}.{self.settings.format}"
            if self.settings.batches:
                day = self.settings.start // DAY
                path = batch_file(self.table, day, self.settings.format)
            self._open(path)
        self.close()

    def close(self) -> None:
        """Finish the file that is open."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._file is not None:
            self._file.close()
            self._file = None


def batch_file(table: str, day: int, extension: str, part: int = 0) -> str:
    """Return the path of a batch's file; `day` counts from 1970-01-01."""
    name = (date(1970, 1, 1) + timedelta(days=day)).isoformat()
    return f"{table}/dt={name}/part-{part}.{extension}"


def year_of(days: np.ndarray) -> np.ndarray:
    """Return the calendar year of each day, counted from 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def patched(
    columns: dict[str, pa.Array], defects: dict[int, Defect], special: dict[int, Defect]
) -> dict[str, pa.Array]:
    """Return the columns with the texts of their defects (by ascending place), less the special."""
    texts: dict[str, dict[int, str]] = {}
    for place, defect in defects.items():
        if defect.column and place not in special:
            texts.setdefault(defect.column, {})[place] = defect.text
    changed = dict(columns)
    for name, by_place in texts.items():
        changed[name] = replace_texts(columns[name], list(by_place), list(by_place.values()))
    return changed


def special_line(batch: pa.RecordBatch, place: int, defect: Defect) -> bytes:
    """Return the line of a row with a field that may need quotes."""
    fields = [column[place].as_py() or "" for column in batch.columns]
    texts = [quoted(text) for text in fields]
    texts[batch.schema.get_field_index(defect.column)] = quoted(defect.text, defect.is_raw)
    return (",".join(texts) + "\n").encode("utf-8")


def is_within(folder: Path, other: Path) -> bool:
    """Return whether `other` is `folder` or lies in it."""
    return folder == other or folder in other.parents


def check_target(out: Path, force: bool) -> None:
    """Raise ValueError when `out` may not be written."""
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out} is a file, not a folder")
    for keep, name in ((Path.cwd(), "the current folder"), (Path.home(), "the home folder")):
        if is_within(out, keep.resolve()):
            raise ValueError(f"--out {out} is or contains {name}, which is never replaced")
    if out.is_dir() and any(out.iterdir()) and not force:
        raise ValueError(f"--out {out} is not empty; --force replaces all of it")


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside `out`; on success it takes the place of `out`.

    However the block ends, no half-written folder stays.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    fresh, old = scratch / "new", scratch / "old"
    try:
        fresh.mkdir()
        yield fresh
        if out.exists():
            os.replace(out, old)
        os.replace(fresh, out)
    finally:
        if old.exists() and not out.exists():
            os.replace(old, out)
        shutil.rmtree(scratch, ignore_errors=True)
