"""What the plugin tells of a file's bytes, against a plain count."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from coupon_rfm import raw_files
from coupon_rfm.raw_files import BLANKS, count_lines, encoding_of, list_raw_folder, read_raw_files
from oracle.files import decode, physical_lines

PIECES = (
    *(b"\n", b"\r", b"\r\n", b"\n\n", b",", b"a,b", b"\x01\x02\x03\x04", b"\xff", b"\xc2"),
    *(blank.encode() for blank in BLANKS),
    *("中".encode(), "\u3001".encode(), b"\x0c", b"\x00"),
)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_lines_are_counted_over_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(raw_files, "CHUNK", chunk)
    chance = random.Random(chunk)
    for i in range(300):
        content = b"".join(chance.choices(PIECES, k=chance.randrange(40)))
        path = tmp_path / ("a.csv.gz" if i % 9 == 0 else "a.csv")
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        lines = [line for _, line in physical_lines(content)]
        filled = [line for line in lines if (text := decode(line)) is None or text.strip(BLANKS)]
        found = count_lines(path)
        assert found["line_count"] == len(filled), content
        assert found["has_delimiter"] == (b"\x01\x02\x03\x04" in content)
        # The CR of a CRLF may be counted with its line.
        assert found["longest_line"] - max(map(len, lines), default=0) in (0, 1)


def test_a_line_without_end_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_files, "CHUNK", 10)
    monkeypatch.setattr(raw_files, "LONGEST_LINE", 25)
    (tmp_path / "a.csv").write_bytes(b"h\n" + b"x" * 1_000)
    assert count_lines(tmp_path / "a.csv") == {"longest_line": 28, "has_delimiter": False}


@pytest.mark.parametrize(
    ("line", "encoding"),
    [
        (b"a,b", "UTF-8"),
        ("活动".encode(), "UTF-8"),
        (b"", "UTF-8"),
        ("活动,a".encode("gb18030"), "GB18030"),
        ("\U00020000".encode("gb18030"), "GB18030"),
        ("a".encode("utf-16"), "UTF-16"),
        ("活动,a,b".encode("utf-16-le"), "UTF-16"),
        (b"a\xff", ""),
    ],
)
def test_encodings(line: bytes, encoding: str) -> None:
    assert encoding_of(line) == encoding


def test_what_cannot_be_read_is_told_not_raised(tmp_path: Path) -> None:
    assert list_raw_folder(str(tmp_path / "none"), ["agent"], False) == {"entries": None}
    call = raw_files._json_function(read_raw_files)
    assert "agent.csv" in call(f'{{"root": "{tmp_path.as_posix()}", "files": ["agent.csv"]}}')
