"""Files are read by header, line by line, and no line is lost."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from comparison import compare_warehouse
from conftest import Build, Generate
from oracle import evaluate
from oracle.tables import TABLES
from project import Run
from raw_files import (
    BLANK_BYTES,
    PRODUCT,
    SEND,
    USE,
    corrupt,
    csv_text,
    rows_of,
    write_ods,
    write_table,
)

COLUMNS = {name: list(table.columns) for name, table in TABLES.items()}


def send_lines(first: int, count: int) -> list[str]:
    """Lines of valid sends, without line ends."""
    return use_or_send_lines("coupon_send", "send_id", "SD", first, count)


def use_or_send_lines(table: str, key: str, prefix: str, first: int, count: int) -> list[str]:
    changes = [{key: f"{prefix}{i}"} for i in range(first, first + count)]
    return csv_text(COLUMNS[table], rows_of(table, *changes)).splitlines()[1:]


def header(table: str) -> str:
    return ",".join(COLUMNS[table])


def require_oracle(run: Run, ods_path: Path) -> None:
    compare_warehouse(run, evaluate(ods_path)).require_equality()


def accepted_ids(run: Run) -> set[str]:
    return {row["send_id"] for row in run.table("dwd.dwd_coupon_send")}


def notes(run: Run) -> dict[str, str]:
    rows = run.table("ads.ads_data_quality")
    return {row["source_table"]: row["note"] for row in rows if row["note"]}


def unreadable_places(run: Run, table: str) -> Counter[tuple[str, int]]:
    rows = run.table("dwd.dwd_rejected_row")
    return Counter(
        (row["source_file"], row["source_line"])
        for row in rows
        if (row["source_table"], row["outcome"]) == (table, "unreadable")
    )


def test_every_way_to_write_a_table(build: Build, tmp_path: Path) -> None:
    """One table in many files: column order, extra columns, BOM, line ends, batches, quotes."""
    ods_path = write_ods(tmp_path / "raw 'files' 原始", coupon_send=None)
    folder = ods_path / "coupon_send"
    reordered = ["备注", *reversed(COLUMNS["coupon_send"]), "source_file", "corrupt_record"]
    without_session = COLUMNS["coupon_send"][:-1]
    extra = {"备注": "x,y", "source_file": "s", "corrupt_record": "c"}

    def text(columns: list[str], first: int, line_end: str = "\n", **more: str) -> str:
        changes = [{"send_id": f"SD{i}"} | more for i in range(first, first + 3)]
        return csv_text(columns, rows_of("coupon_send", *changes), line_end)

    files = {
        "a.csv": text(COLUMNS["coupon_send"], 0).encode(),
        "deep/er/b.csv": text(reordered, 10, **extra).encode(),
        "bom.csv": b"\xef\xbb\xbf" + text(COLUMNS["coupon_send"], 20, "\r\n").encode(),
        "bom_reordered.csv": b"\xef\xbb\xbf" + text(reordered, 30, "\r\n").encode(),
        "no_session.csv": text(without_session, 40).encode(),
        "mixed.csv": text(COLUMNS["coupon_send"], 50).replace("\n", "\r\n", 2).encode(),
        "header_only.csv": (header("coupon_send") + "\r\n").encode(),
        "header_without_end.csv": header("coupon_send").encode(),
        "last_line_without_end.csv": text(COLUMNS["coupon_send"], 60).encode()[:-1],
        "dt=2025-03-10/part.csv": text(COLUMNS["coupon_send"], 70, discount_amount="11").encode(),
        "dt=2025-03-12/part.csv": text(COLUMNS["coupon_send"], 70, discount_amount="10").encode(),
        "dt=2025-03-11/part.csv": text(COLUMNS["coupon_send"], 70, discount_amount="12").encode(),
        "blanks in header.csv": text(COLUMNS["coupon_send"], 80)
        .replace("valid_hours", " valid_hours\u3000")
        .replace("agent_id", '"agent_id"')
        .encode(),
        "_notes.txt": b"no table",
        "_unfinished/dt=2025-03-13/part.csv": b"half a",
        "dt=2025-03-13/.part.csv": b"half a",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    run = build(ods_path)
    wanted = {f"SD{i + j}" for i in (0, 10, 20, 30, 40, 50, 60, 70, 80) for j in range(3)}
    assert accepted_ids(run) == wanted
    corrected = {r["send_id"]: r["discount_amount"] for r in run.table("dwd.dwd_coupon_send")}
    assert {corrected[f"SD{i}"] for i in (70, 71, 72)} == {10}
    assert notes(run)["coupon_send"] == "忽略的列: corrupt_record, source_file, 备注"
    assert {notes(run)[t] for t in ("refund", "chat_session", "shop_order")} == {"文件不存在"}
    require_oracle(run, ods_path)


def test_quotes_and_broken_lines(build: Build, tmp_path: Path) -> None:
    """Each broken line is alone unreadable, under its own file and line."""
    ods_path = write_ods(tmp_path / "ods", coupon_send=None)
    good = iter(send_lines(0, 100))
    named: dict[str, bytes] = {
        "good": b"",
        "unclosed quote": b'"SD500,A1,G1,C1,P1,2025-03-10 10:00:00,20,24,',
        "text after a quote": b'"SD501"x,A1,G1,C1,P1,2025-03-10 10:00:00,20,24,',
        "blank after a quote": b'"SD502" ,A1,G1,C1,P1,2025-03-10 10:00:00,20,24,',
        "quote opened in the last field": b'SD503,A1,G1,C1,P1,2025-03-10 10:00:00,20,24,"',
        "bad bytes": b"SD504,A1,G1,C1\xff\xfe,P1,2025-03-10 10:00:00,20,24,",
        "bad bytes again": b"SD504,A1,G1,C1\xff\xfe,P1,2025-03-10 10:00:00,20,24,",
        "truncated character": b"SD505,A1,G1,\xe4\xb8,P1,2025-03-10 10:00:00,20,24,",
        "too few": b"SD506,A1,G1",
        "too few again": b"SD506,A1,G1",
        "too many": b"SD507,A1,G1,C1,P1,2025-03-10 10:00:00,20,24,,",
        "one word": b"total: 100",
        "header again, cut": b"send_id,activity_id",
        "form feed": b"\x0c",
        "NUL": b"\x00",
    }
    blank = [b"", b" ", b"\t", "\u3000\u00a0".encode(), b"", "\ufeff".encode()]
    content = [header("coupon_send").encode()]
    broken_lines = []
    for i, line in enumerate(named.values()):
        content.append(next(good).encode())
        if line:
            content.append(line)
            broken_lines.append(len(content))
        content.append(blank[i % len(blank)])
    quoted = {
        "SD600": b'"SD600","A1","G1","C,1","P1","2025-03-10 10:00:00","20","24",""',
        "SD601": b'SD601,A1,G1,"C""1",P1,2025-03-10 10:00:00,20,24,',
        "SD602": b'SD602,A1,G1,C"1",P1,2025-03-10 10:00:00,20,24,',
        "SD603": b'="SD603",A1,G1,C1,P1,2025-03-10 10:00:00,20,24,',
        "SD604": b'"=""SD604""",A1,G1,C1,P1,2025-03-10 10:00:00,"20","24",',
        "SD605": b"SD605,A1,G1,C\x011,P1,2025-03-10 10:00:00,20,24,",
        "SD606": b"SD606,A1,G1,C\\x011,P1,2025-03-10 10:00:00,20,24,",
        "SD608": b"SD608,A1,G1,#C\\,P1,2025-03-10 10:00:00,20,24,",
        "SD609": b"#SD609,A1,G1,C1;2|3,P1,2025-03-10 10:00:00,20,24,",
    }
    content += quoted.values()
    for line_end, name in ((b"\n", "lf.csv"), (b"\r\n", "crlf.csv")):
        path = ods_path / "coupon_send" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(line_end.join(content) + line_end)
    run = build(ods_path)
    expected = Counter(
        {(f"coupon_send/{f}", n): 1 for f in ("lf.csv", "crlf.csv") for n in broken_lines}
    )
    assert unreadable_places(run, "coupon_send") == expected
    consumers = {r["send_id"]: r["consumer_id"] for r in run.table("dwd.dwd_coupon_send")}
    assert consumers["SD600"] == "C,1"
    assert consumers["SD601"] == 'C"1'
    assert consumers["SD602"] == 'C"1'
    assert consumers["SD605"] == "C\x011"
    assert consumers["SD606"] == r"C\x011"
    assert {"SD603", "SD604", "#SD609"} <= consumers.keys()
    require_oracle(run, ods_path)
    texts = {r["source_line"]: r["raw_row"] for r in run.table("dwd.dwd_rejected_row")}
    line = content.index(named["unclosed quote"]) + 1
    assert "SD500,A1,G1" in json.loads(texts[line]).popitem()[1]


def test_surplus_columns(build: Build, tmp_path: Path) -> None:
    """Columns that no model reads may be named twice, contain a comma, or have no name at all."""
    ods_path = write_ods(tmp_path / "ods")
    path = ods_path / "product.csv"
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    surplus = [f'{first},x,x,"a,b",,', *(f'{line},1,2,"3,4",,' for line in lines)]
    path.write_text("\n".join(surplus), encoding="utf-8")
    run = build(ods_path)
    assert notes(run)["product"] == "忽略的列: a,b, x"
    require_oracle(run, ods_path)


def test_lines_ended_by_cr_alone(build: Build, tmp_path: Path) -> None:
    """An old spreadsheet's file; which line is which is then not told."""
    ods_path = write_ods(tmp_path / "ods", coupon_send=None)
    lines = [header("coupon_send"), *send_lines(0, 3), "too,few", "", *send_lines(3, 2)]
    for end, name in (("\r", "all.csv"), ("\n", "one.csv")):
        path = ods_path / "coupon_send" / name
        path.parent.mkdir(exist_ok=True)
        content = end.join(lines) + end
        path.write_bytes(content.replace("C1", "C\r1", 1).encode())
    run = build(ods_path)
    assert accepted_ids(run) == {"SD1", "SD2", "SD3", "SD4"}
    files = Counter(file for file, _ in unreadable_places(run, "coupon_send").elements())
    assert files == {"coupon_send/all.csv": 3, "coupon_send/one.csv": 3}
    require_conservation(run, ods_path)
    require_oracle(run, ods_path)


def test_data_tests_allow_lines_without_number(build: Build, tmp_path: Path) -> None:
    """A good line ended by a CR alone, then two unreadable ones, equal in text."""
    ods_path = write_ods(tmp_path / "ods")
    content = "\n".join([header("coupon_send"), *send_lines(1, 9), ""])
    broken = content[:-1] + "\rtoo,few\ntoo,few\n"
    (ods_path / "coupon_send.csv").write_bytes(broken.encode())
    run = build(ods_path, {"max_bad_row_share": 0.5}, with_checks=True)
    assert list(unreadable_places(run, "coupon_send").elements()) == [
        ("coupon_send.csv", None),
        ("coupon_send.csv", None),
    ]
    require_oracle(run, ods_path)


def test_rejected_rows_keep_their_raw_text(build: Build, tmp_path: Path) -> None:
    odd = {"valid_hours": " 72", "consumer_id": '="C1"', "session_id": ""}
    ods_path = write_ods(tmp_path / "ods", coupon_send=[{}, odd | {"send_id": "SD2"}])
    (row,) = build(ods_path).table("dwd.dwd_rejected_row")
    wanted = {c: v or None for c, v in (SEND | odd | {"send_id": "SD2"}).items()}
    assert (row["row_key"], row["reason"]) == ("SD2", "validity_out_of_rule")
    assert row["amount_at_stake"] == 20
    found = json.loads(row["raw_row"])
    assert {column: found.get(column) for column in wanted} == wanted


def test_parquet(build: Build, tmp_path: Path) -> None:
    """Typed columns are cast to text; a folder may hold batches of parquet."""
    ods_path = write_ods(tmp_path / "ods", product=None, coupon_send=None, coupon_use=None)
    products = {
        "product_id": ["P1", "P2"],
        "price": pyarrow.array(["100.00", "7.50"]).cast(pyarrow.decimal128(18, 2)),
        "product_name": ["a,b", 'c"d'],
        "category_name": ["", None],
        "cost": [1, 2],
        "shop_id": ["S1", "S2"],
        "updated_at": ["2025-01-01 00:00:00", None],
        "colour": ["red", "blue"],
    }
    pyarrow.parquet.write_table(pyarrow.table(products), ods_path / "product.parquet")
    write_parquet(ods_path / "coupon_send/dt=2025-03-10/a.parquet", [SEND, SEND | {"send_id": "2"}])
    write_parquet(ods_path / "coupon_send/dt=2025-03-11/b.parquet", [SEND | {"valid_hours": "12"}])
    write_parquet(ods_path / "coupon_use" / "c.parquet", [USE, USE, USE | {"use_id": ""}])
    run = build(ods_path)
    assert {r["valid_hours"] for r in run.table("dwd.dwd_coupon_send")} == {12, 24}
    names = {r["product_name"] for r in run.table("ads.ads_product_effect")}
    assert names == {"a,b"}
    assert notes(run)["product"] == "忽略的列: colour"
    require_oracle(run, ods_path)


def test_instants_in_parquet(build: Build, tmp_path: Path) -> None:
    """A time with a zone, or INT96, is brought to the business time zone; one without stays."""
    ods_path = write_ods(tmp_path / "ods", coupon_send=None)
    ten = datetime(2025, 3, 10, 10)
    zoned = pyarrow.timestamp("us", "America/New_York")
    for name, kind, options in (
        ("local", pyarrow.timestamp("us"), {}),
        ("zoned", zoned, {}),
        ("int96", pyarrow.timestamp("us"), {"use_deprecated_int96_timestamps": True}),
    ):
        rows = pyarrow.Table.from_pylist([SEND | {"send_id": name}])
        times = pyarrow.array([ten]).cast(kind)
        rows = rows.set_column(rows.column_names.index("send_time"), "send_time", times)
        path = ods_path / "coupon_send" / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        pyarrow.parquet.write_table(rows, path, **options)
    run = build(ods_path)
    found = {r["send_id"]: r["send_time"] for r in run.table("dwd.dwd_coupon_send")}
    eighteen = ten.replace(hour=18)
    assert found == {"local": ten, "zoned": eighteen, "int96": eighteen}
    require_oracle(run, ods_path)


def test_bytes_in_parquet(build: Build, tmp_path: Path) -> None:
    """BINARY without the mark of UTF-8, as older writers leave it, is text all the same."""
    ods_path = write_ods(tmp_path / "ods", product=None)
    texts = {"plain": '茶杯\t"a"'.encode(), "bad": "茶".encode()[:2] + b"\x00a\\", "none": b""}
    products = pyarrow.table(
        {
            "product_id": pyarrow.array([b"P1", b"P2", b"P3"], pyarrow.binary()),
            "product_name": pyarrow.array(list(texts.values()), pyarrow.binary()),
            "category_name": pyarrow.array([b"x", None, b"y"], pyarrow.binary(1)),
            "price": ["100", "100", "100"],
            "shop_id": ["S1", "S1", "S1"],
            "updated_at": [None, None, None],
        }
    )
    pyarrow.parquet.write_table(products, ods_path / "product.PARQUET")
    run = build(ods_path)
    names = {row["product_id"]: row["product_name"] for row in run.table("dim.dim_product")}
    assert names == {"P1": '茶杯\t"a"', "P2": "??\x00a\\", "P3": "未知", "unknown": "未知"}
    require_oracle(run, ods_path)


def test_parquet_names_that_differ_in_case_only(build: Build, tmp_path: Path) -> None:
    """DuckDB itself does not tell them apart."""
    ods_path = write_ods(tmp_path / "ods", product=None)
    changed = {"PRICE": "1", "Price": "2"} | PRODUCT | {"pricE": "3"}
    write_parquet(ods_path / "product.parquet", [changed])
    run = build(ods_path)
    assert [row["price"] for row in run.table("dim.dim_product")] == [100, None]


# Names ----------------------------------------------------------------------------------------


def test_names_with_signs_of_patterns(build: Build, tmp_path: Path) -> None:
    """[ ] * ? { } in names are no patterns: each file is read once, under its own name."""
    ods_path = write_ods(tmp_path / "ods", coupon_send=None, product=None)
    names = ["导出1", "导出[1]", "导出[!1]", "a*", "ab", "**", "c?", "cd", "{x},[y]", "[[]", "x[*"]
    for i, name in enumerate(names):
        write_table(
            ods_path / "coupon_send" / f"{name}.csv",
            "coupon_send",
            {"send_id": f"SD{i}"},
            {"send_id": f"OLD{i}", "valid_hours": "72"},
        )
        with (ods_path / "coupon_send" / f"{name}.csv").open("ab") as file:
            file.write(b"bad \xff\n")
        write_parquet(ods_path / f"product/{name}.parquet", [PRODUCT | {"product_id": f"P{i}"}])
    run = build(ods_path)
    files = {row["source_file"] for row in run.table("ods.ods_coupon_send")}
    assert files == {f"coupon_send/{name}.csv" for name in names}
    assert accepted_ids(run) == {f"SD{i}" for i in range(len(names))}
    assert len(run.table("dim.dim_product")) == len(names) + 1
    assert set(unreadable_places(run, "coupon_send").values()) == {1}
    require_oracle(run, ods_path)


def test_endings_in_any_case_and_compressed(build: Build, tmp_path: Path) -> None:
    ods_path = write_ods(tmp_path / "ods", agent=None, coupon_send=None)
    (ods_path / "agent.CSV").write_text(csv_text(COLUMNS["agent"], rows_of("agent", {})), "utf-8")
    folder = ods_path / "coupon_send"
    write_table(folder / "a.Csv", "coupon_send", {"send_id": "SD1"})
    lines = [header("coupon_send"), *send_lines(2, 2), "", "too,few", *send_lines(4, 1)]
    (folder / "b.csv.gz").write_bytes(gzip.compress("\r\n".join(lines).encode()))
    run = build(ods_path)
    assert accepted_ids(run) == {"SD1", "SD2", "SD3", "SD4"}
    assert unreadable_places(run, "coupon_send") == {("coupon_send/b.csv.gz", 5): 1}
    require_oracle(run, ods_path)


def test_batches(build: Build, tmp_path: Path) -> None:
    """A day has hyphens or not; the innermost folder below the raw folder counts."""
    ods_path = write_ods(tmp_path / "dt=2030-01-01" / "ods", coupon_use=None)
    for i, folder in enumerate(
        ["dt=20251105", "dt=2025-11-06", "dt=20251107/dt=2025-11-04", "part dt=2025-12-01"]
    ):
        path = ods_path / "coupon_use" / folder / "x.csv"
        write_table(path, "coupon_use", {"pay_amount": f"{80 + i}"})
    run = build(ods_path)
    batches = {row["pay_amount"]: row["source_batch"] for row in run.table("ods.ods_coupon_use")}
    assert batches == {"80": "2025-11-05", "81": "2025-11-06", "82": "2025-11-04", "83": ""}
    assert [row["pay_amount"] for row in run.table("dwd.dwd_coupon_use")] == [81]
    require_oracle(run, ods_path)


def test_links_that_are_meant(build: Build, tmp_path: Path) -> None:
    """Inside the raw folder links are followed; those that leave it only with follow_links."""
    ods_path = write_ods(tmp_path / "raw")
    link = tmp_path / "link to raw"
    link.symlink_to(ods_path)
    (ods_path / "years").mkdir()
    write_table(ods_path / "years" / "2025.csv", "chat_session", {})
    (ods_path / "chat_session").symlink_to("years")
    run = build(link)
    assert len(run.table("ods.ods_chat_session")) == 1
    (tmp_path / "elsewhere").mkdir()
    refund = ["r1", *[""] * (len(COLUMNS["refund"]) - 1)]
    write_lines(tmp_path / "elsewhere" / "refund.csv", [header("refund"), ",".join(refund)])
    (ods_path / "refund.csv").symlink_to(tmp_path / "elsewhere" / "refund.csv")
    run = build(link, {"follow_links": True})
    assert len(run.table("ods.ods_refund")) == 1


# Lines ----------------------------------------------------------------------------------------


def test_lines_short_by_optional_columns(build: Build, tmp_path: Path) -> None:
    """The last columns of a header, as far as they are optional, may be missing in a line."""
    ods_path = write_ods(tmp_path / "ods", coupon_send=None, product=None)
    folder = ods_path / "coupon_send"
    short = [line.rpartition(",")[0] for line in send_lines(0, 2)]
    required = ["SD8,A1,G1,C1,P1,2025-03-10 10:00:00,20"]
    write_lines(folder / "last.csv", [header("coupon_send"), *short, *required, *send_lines(2, 1)])
    reordered = header("coupon_send").replace(",valid_hours,session_id", ",session_id,valid_hours")
    write_lines(folder / "not last.csv", [reordered, "SD9,A1,G1,C1,P1,2025-03-10 10:00:00,20,"])
    write_lines(folder / "unknown last.csv", [header("coupon_send") + ",x", *send_lines(5, 1)])
    columns = [column for column in COLUMNS["product"] if column != "cost"]
    products = csv_text(columns, rows_of("product", {})).splitlines()
    write_lines(ods_path / "product.csv", [products[0] + ",cost", products[1]])
    run = build(ods_path)
    assert accepted_ids(run) == {"SD0", "SD1", "SD2"}
    assert unreadable_places(run, "coupon_send") == {
        ("coupon_send/last.csv", 4): 1,
        ("coupon_send/not last.csv", 2): 1,
        ("coupon_send/unknown last.csv", 2): 1,
    }
    require_oracle(run, ods_path)


def test_the_longest_line(build: Build, tmp_path: Path) -> None:
    """A line of up to 1,000,000 bytes is read, a longer one is unreadable; none is lost."""
    ods_path = write_ods(tmp_path / "ods", activity=None)
    columns = COLUMNS["activity"]
    lengths = [999_999, 1_000_000, 1_000_001, 1_999_999, 2_000_000, 2_000_001, 15_999_999]
    rows = []
    for i, length in enumerate(lengths):
        (row,) = rows_of("activity", {"activity_id": f"L{i}", "activity_name": "春"})
        line = csv_text(columns, [row]).splitlines()[1]
        rows += [line.replace("春", "春" + "x" * (length - len(line.encode())))]
        rows += csv_text(columns, rows_of("activity", {"activity_id": f"A{i}"})).splitlines()[1:]
    write_lines(ods_path / "activity.csv", [",".join(columns), *rows])
    run = build(ods_path)
    found = run.query("select activity_id from ods.ods_activity")
    read = {row["activity_id"] for row in found}
    assert read == {f"A{i}" for i in range(len(lengths))} | {"L0", "L1", None}
    assert len(found) == 2 * len(lengths)


def write_lines(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def write_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


@pytest.mark.soak
def test_generated_parquet_equals_generated_csv(generate: Generate, build: Build) -> None:
    options = {"seed": 14, "sends": 2_000, "dirty_rate": 0}
    csv, parquet = generate(**options), generate(**options, format="parquet")
    assert evaluate(parquet).tables == evaluate(csv).tables
    require_oracle(build(parquet), parquet)


# Conservation ---------------------------------------------------------------------------------


def test_no_line_is_lost(generate: Generate, build: Build, tmp_path: Path) -> None:
    """Random bytes in random lines of every table: each physical line has exactly one outcome."""
    source = generate(seed=15, sends=3_000, days=60, dirty_rate=1)
    ods_path = corrupt(source, tmp_path / "ods", random.Random(3), share=0.05, with_cr=False)
    run = build(ods_path, {"as_of_date": "2026-11-15"})
    require_conservation(run, ods_path)
    outcome = evaluate(ods_path, {"as_of_date": "2026-11-15"})
    compare_warehouse(run, outcome).require_equality()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_no_line_is_lost_of_many(
    generate: Generate, build: Build, tmp_path: Path, seed: int
) -> None:
    source = generate(seed=16, sends=200_000, dirty_rate=1)
    with_cr = bool(seed % 2)
    ods_path = corrupt(source, tmp_path / "ods", random.Random(seed), share=0.2, with_cr=with_cr)
    require_conservation(build(ods_path, {"as_of_date": "2026-11-15"}), ods_path)


def test_no_line_is_lost_where_buffers_meet(build: Build, tmp_path: Path) -> None:
    """A line ends at byte 32,000,001: its LF is the first of the second buffer of 32,000,000."""
    ods_path = write_ods(tmp_path / "ods")
    line_count = 600_000
    first = (header("shop_order") + ",x").ljust(64)
    lines = [f"{i},C1,S1,2025-03-10 10:00:00,10.00,已支付," for i in range(line_count)]
    content = "\n".join([first, *(line + "x" * (63 - len(line.encode())) for line in lines), ""])
    (ods_path / "shop_order.csv").write_text(content, encoding="utf-8")
    assert content.encode()[32_000_000:32_000_001] == b"\n"
    run = build(ods_path, options=("--select", "+ods_shop_order"))
    assert run.query("select count(distinct order_id) as n from ods.ods_shop_order") == [
        {"n": line_count}
    ]


@pytest.mark.soak
def test_lines_are_numbered_in_a_large_file(build: Build, tmp_path: Path) -> None:
    """More than one buffer of the reader (32 MB), with unreadable and blank lines in between."""
    ods_path = write_ods(tmp_path / "ods", coupon_send=None)
    lines = [header("coupon_send").encode()]
    broken = {}
    chance = random.Random(5)
    for i, line in enumerate(send_lines(0, 1_500_000)):
        lines.append(line.encode())
        if i % 50_000 == 77:
            lines.append(chance.choice([b'"unclosed', b"a,b", b"\xff\xfe", b"", b"  "]))
            if lines[-1].strip():
                broken["coupon_send.csv", len(lines)] = 1
    (ods_path / "coupon_send.csv").write_bytes(b"\n".join(lines))
    run = build(ods_path)
    assert unreadable_places(run, "coupon_send") == Counter(broken)
    assert len(accepted_ids(run)) == 1_500_000
    require_conservation(run, ods_path)


def require_conservation(run: Run, ods_path: Path) -> None:
    """The lines that are not blank, counted in the bytes, have one outcome each."""
    counted: Counter[str] = Counter()
    for row in run.table("ads.ads_data_quality"):
        counted[row["source_table"]] += row["row_count"]
    physical = {table: count_lines(files_of(ods_path, table)) for table in TABLES}
    assert dict(counted) == physical


def files_of(ods_path: Path, table: str) -> list[Path]:
    return [*ods_path.glob(f"{table}.csv"), *ods_path.glob(f"{table}/**/*.csv")]


def count_lines(paths: Iterable[Path]) -> int:
    """Lines with anything but blanks, without each file's header."""
    count = 0
    for path in paths:
        for line in re.split(rb"\r\n|\n|\r", path.read_bytes())[1:]:
            for blank in BLANK_BYTES:
                line = line.replace(blank, b"")
            count += bool(line)
    return count
