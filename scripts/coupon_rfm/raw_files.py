"""A plugin of dbt-duckdb that looks at raw files where SQL cannot: their kind, bytes and lines.

It only tells what is there, as JSON, by two functions in SQL; what is right and what is said about
it stands in macros/ods. docs/decisions/0011 says why it is a plugin.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

Facts = dict[str, Any]

BLANKS = " \t\r\u00a0\u3000\ufeff"
LINE_END = re.compile(rb"\r\n|\n|\r")
CHUNK = 1_000_000  # fits the cache of a core
# The macros stop the build at a longer line; DuckDB loses one together with its neighbours.
LONGEST_LINE = 16_000_000
# The reader cuts a line there (macro csv_lines).
DELIMITER = b"\x01\x02\x03\x04"
MAGIC = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
}


class Plugin(BasePlugin):
    """What `plugins:` of profiles.yml loads."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Make the folder of the warehouse, which DuckDB would not."""
        if creds.path != ":memory:" and "://" not in creds.path:
            folder = Path(creds.path).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DbtRuntimeError(
                    f"The folder of the warehouse, {folder}, cannot be made: {error.strerror}. "
                    "Point COUPON_RFM_DB_PATH at another."
                ) from error

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Add the functions to DuckDB."""
        for function in FUNCTIONS:
            conn.create_function(
                f"coupon_rfm_{function.__name__}",
                _json_function(function),
                ["VARCHAR"],
                "VARCHAR",
                side_effects=True,  # the same call may find other files
            )


def _json_function(function: Callable[..., Facts]) -> Callable[[str], str]:
    """Return the function with its arguments and its result as JSON; it never raises."""

    def call(arguments: str) -> str:
        try:
            return json.dumps(function(**json.loads(arguments)))
        except OSError as error:
            return json.dumps({"error": f"{error.filename}: {error.strerror}"})

    return call


# The folder -----------------------------------------------------------------------------------


def list_raw_folder(root: str, tables: list[str], follow_links: bool) -> Facts:
    """Tell what has the name of a table, or begins with one: path below the root, kind and size.

    A kind is `file`, or what keeps a file from being read. The folders of the tables are entered,
    save what begins with _ or a dot; folders with longer names are entries.
    """
    if not os.path.isdir(root):
        return {"entries": None}
    entries: list[Facts] = []
    inside = os.path.realpath(root)
    for name in sorted(os.listdir(root)):
        if not name.lower().startswith(tuple(tables)):
            continue
        for entry in _entries(root, name, [inside], inside, follow_links, name in tables):
            entries.append(entry)
    return {"entries": entries}


def _entries(
    root: str, path: str, parents: list[str], inside: str, follow_links: bool, enter: bool
) -> Iterator[Facts]:
    """Yield the entry of a path, or those of the folder that it is."""
    full = os.path.join(root, path)
    try:
        real = os.path.realpath(full, strict=True)
        mode = os.stat(full).st_mode
    except PermissionError:
        yield {"path": path, "kind": "denied"}
        return
    except OSError:
        yield {"path": path, "kind": "broken link"}
        return
    is_outside = os.path.commonpath([inside, real]) != inside if _same_drive(inside, real) else True
    if is_outside and not follow_links:
        yield {"path": path, "kind": "outside"}
    elif not _is_plain(path):
        yield {"path": _printable(path), "kind": "unnameable"}
    elif stat.S_ISREG(mode):
        kind = "file" if os.access(full, os.R_OK) else "denied"
        yield {"path": path, "kind": kind, "size": os.path.getsize(full)}
    elif not stat.S_ISDIR(mode):
        yield {"path": path, "kind": "special"}
    elif not enter:
        yield {"path": path, "kind": "folder"}
    elif real in parents:
        yield {"path": path, "kind": "loop"}
    else:
        try:
            names = sorted(os.listdir(full))
        except PermissionError:
            yield {"path": path, "kind": "denied"}
            return
        for name in names:
            if name[0] not in "_.":
                yield from _entries(
                    root, f"{path}/{name}", [*parents, real], inside, follow_links, True
                )


def _same_drive(left: str, right: str) -> bool:
    return os.path.splitdrive(left)[0].lower() == os.path.splitdrive(right)[0].lower()


def _is_plain(path: str) -> bool:
    """Whether both engines and SQL can say a path: UTF-8, no control characters, no backslash."""
    return path == _printable(path) and path.isprintable() and "\\" not in path


def _printable(path: str) -> str:
    return path.encode("utf-8", "replace").decode("utf-8")


# The files ------------------------------------------------------------------------------------


def read_raw_files(root: str, files: list[str]) -> Facts:
    """Tell of every file what its first bytes say, and of CSV ones the lines, by its path."""
    paths = [Path(root, file) for file in files]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(files, pool.map(_facts, paths), strict=True))


def _facts(path: Path) -> Facts:
    status = path.stat()
    size = status.st_size
    if path.suffix.lower() == ".parquet":
        with path.open("rb") as file:
            begin = file.read(4)
            file.seek(max(0, size - 4))
            return {
                "size": size,
                "version": f"{size} bytes, changed {status.st_mtime_ns}",
                "is_whole": size > 8 and begin == file.read() == b"PAR1",
            }
    try:
        return {"size": size, **_csv_facts(path)}
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return {"size": size, "holds": "no whole gzip archive"}


def open_csv(path: Path) -> IO[bytes]:
    """Open a CSV file, which may be compressed, for its bytes."""
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _csv_facts(path: Path) -> Facts:
    with open_csv(path) as file:
        head = file.read(1_000_000)
    holds = next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")
    first = LINE_END.split(head, maxsplit=1)[0]
    encoding = encoding_of(first)
    facts: Facts = {"holds": holds, "encoding": encoding}
    if encoding != "UTF-8" or holds:
        return facts
    facts |= {"first_line": first.decode(), **count_lines(path)}
    if "line_count" in facts:
        facts["line_count"] -= 1  # the header
    return facts


def encoding_of(line: bytes) -> str:
    """Tell the encoding of a line: UTF-8, UTF-16, probably GB18030, or '' for neither."""
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or line.count(b"\0") * 20 > len(line):
        return "UTF-16"
    for encoding in ("UTF-8", "GB18030"):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""


def count_lines(path: Path) -> Facts:
    """Count the lines with anything but blanks; tell the longest, in bytes, and the delimiter.

    A line ends as docs/rules.md says: by LF, CRLF or a CR alone. Counting ends at a line longer
    than LONGEST_LINE.
    """
    count, longest, has_delimiter = 0, 0, False
    rest = b""
    with open_csv(path) as file:
        while chunk := file.read(CHUNK):
            block = rest + chunk
            has_delimiter = has_delimiter or DELIMITER in block
            # A CR at the end may be half a CRLF.
            end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
            lines, length = _count_ended_lines(block[:end])
            count, longest = count + lines, max(longest, length)
            rest = block[end:]
            if max(longest, len(rest)) > LONGEST_LINE:
                return {"longest_line": max(longest, len(rest)), "has_delimiter": has_delimiter}
    lines, length = _count_ended_lines(rest + b"\n")
    return {
        "line_count": count + lines,
        "longest_line": max(longest, length),
        "has_delimiter": has_delimiter,
    }


def _count_ended_lines(block: bytes) -> tuple[int, int]:
    """Return how many lines are not blank, and the length of the longest."""
    import numpy

    if not block:
        return 0, 0
    if (carriage_returns := block.count(b"\r")) and carriage_returns != block.count(b"\r\n"):
        block = LINE_END.sub(b"\n", block)
    data = numpy.frombuffer(block, dtype=numpy.uint8)
    ends = numpy.flatnonzero(data == ord("\n"))
    starts = numpy.concatenate(([0], ends[:-1] + 1))
    begins_blank = numpy.zeros(256, dtype=bool)
    begins_blank[[blank.encode()[0] for blank in BLANKS] + [ord("\n")]] = True
    candidates = numpy.flatnonzero(begins_blank[data[starts]])
    blank = sum(_is_blank(block[starts[i] : ends[i]]) for i in candidates)
    return len(ends) - blank, int((ends - starts).max())


def _is_blank(line: bytes) -> bool:
    return not line.decode("utf-8", "surrogateescape").strip(BLANKS)


FUNCTIONS = (list_raw_folder, read_raw_files)
