"""Wrong files and settings stop the build with a sentence, and leave the warehouse as it was."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comparison import require_same_contents, table_contents
from conftest import Build
from oracle.tables import TABLES
from project import ROOT, Run, run_dbt
from raw_files import write_ods, write_table

GLOBS = ("/tmp/*", "/tmp/[ab]")
SCHEMAS = ("dim", "ods", "dwd", "dws", "ads")


@pytest.fixture(scope="module")
def good_ods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ods(tmp_path_factory.mktemp("errors") / "ods")


@pytest.fixture(scope="module")
def good_run(build: Build, good_ods: Path) -> Run:
    return build(good_ods)


@pytest.fixture(scope="module")
def good_contents(good_run: Run) -> dict[str, list[str]]:
    return table_contents(good_run, SCHEMAS)


Stops = Callable[..., None]


@pytest.fixture
def stops(tmp_path: Path, good_run: Run, good_contents: dict[str, list[str]]) -> Stops:
    """`stops(ods_path, variables, *parts)`: the build stops, says all parts and changes nothing."""

    def check(
        ods_path: Path,
        variables: dict[str, Any],
        *parts: str,
        never: str | None = None,
        project: Path | None = None,
    ) -> None:
        folder = tmp_path / "run"
        good_run.copy_to(folder)
        run = run_dbt(
            ["build", "--selector", "models"],
            ods_path,
            folder,
            variables,
            environment={"DBT_LOG_LEVEL_FILE": "debug"} if never else None,
            project=project,
        )
        assert run.exit_code != 0, "the build went through"
        message = " ".join(run.output.split())
        for part in parts:
            assert part in message, f"{part!r} is not said in:\n{run.output[-3000:]}"
        assert "Traceback" not in run.output
        if never:
            logged = "".join(p.read_text("utf-8") for p in (folder / "logs").glob("*.log"))
            assert logged
            assert never not in run.output + logged
        require_same_contents(table_contents(run, SCHEMAS), good_contents)

    return check


# Files ----------------------------------------------------------------------------------------


@pytest.fixture
def ods(tmp_path: Path) -> Path:
    return write_ods(tmp_path / "ods")


def replace_header(ods: Path, table: str, old: str, new: str) -> None:
    path = ods / f"{table}.csv"
    header, _, body = path.read_text(encoding="utf-8").partition("\n")
    assert old in header
    path.write_text(header.replace(old, new) + "\n" + body, encoding="utf-8")


@pytest.mark.parametrize(
    "table",
    [
        "coupon_send",
        *(
            pytest.param(table, marks=pytest.mark.soak)
            for table in ("activity", "coupon_use", "product", "agent")
        ),
    ],
)
def test_missing_required_file(stops: Stops, ods: Path, table: str) -> None:
    (ods / f"{table}.csv").unlink()
    stops(ods, {}, f"{table}.csv", "missing")


@pytest.mark.soak
def test_empty_folder_of_a_required_table(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").unlink()
    (ods / "agent" / "dt=2025-01-01").mkdir(parents=True)
    stops(ods, {}, "agent.csv", "missing")


@pytest.mark.parametrize(
    ("table", "column"),
    [("coupon_send", "valid_hours"), pytest.param("agent", "leave_date", marks=pytest.mark.soak)],
)
def test_missing_required_column(stops: Stops, ods: Path, table: str, column: str) -> None:
    replace_header(ods, table, column, f"{column}_2")
    stops(ods, {}, f"{table}.csv", column)


def test_missing_column_in_one_of_several_files(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").unlink()
    write_table(ods / "agent" / "a.csv", "agent", {})
    (ods / "agent" / "b.csv").write_text("agent_id,agent_name\nG2,x\n", encoding="utf-8")
    stops(ods, {}, "agent/b.csv", "shop_id")


@pytest.mark.soak
def test_missing_column_of_an_optional_table(stops: Stops, ods: Path) -> None:
    (ods / "refund.csv").write_text("refund_id,use_id\n", encoding="utf-8")
    stops(ods, {}, "refund.csv", "refund_amount")


@pytest.mark.soak
def test_column_named_in_other_case_is_missing(stops: Stops, ods: Path) -> None:
    replace_header(ods, "product", "price", "Price")
    stops(ods, {}, "product.csv", "price")


def test_column_named_twice(stops: Stops, ods: Path) -> None:
    replace_header(ods, "product", "cost", "price")
    stops(ods, {}, "product.csv", "price")


@pytest.mark.parametrize("table", ["coupon_use", "shop_order"])
def test_file_of_no_bytes(stops: Stops, ods: Path, table: str) -> None:
    (ods / f"{table}.csv").write_bytes(b"")
    stops(ods, {}, f"{table}.csv", "empty")


def test_wrong_header(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").write_text("客服编号;客服昵称\nG1;小王\n", encoding="utf-8")
    stops(ods, {}, "agent.csv", "agent_id")


SECRET = "C13800138000"
SEND_ROW = f"SD1,A1,G1,{SECRET},P1,2025-03-10 10:00:00,20,24,\n".encode()
SEND_HEADER = ",".join(TABLES["coupon_send"].columns).encode() + b"\n"
FIRST_BYTES = {
    "no bytes": (b"", ["empty"]),
    "a data row": (SEND_ROW, ["Line 1", "9 fields", "not its header", "send_id"]),
    "Chinese header": (f"发送编号,{SECRET}\n".encode(), ["not its header"]),
    "semicolons": (SEND_HEADER.replace(b",", b";"), ["1 field,", "commas"]),
    "GB18030": (
        "发送编号,活动编号\n".encode("gb18030") + SEND_ROW,
        ["not UTF-8", "probably GB18030", "iconv -f GB18030 -t UTF-8"],
    ),
    "one GB18030 name": (SEND_HEADER[:-1] + ",备注\n".encode("gb18030"), ["GB18030"]),
    "no encoding": (SEND_HEADER[:-1] + b",\xff\xff\n" + SEND_ROW, ["header", "not UTF-8"]),
    "UTF-16": ((SEND_HEADER + SEND_ROW).decode().encode("utf-16"), ["UTF-16", "iconv"]),
    "UTF-16 without BOM": (SEND_HEADER.decode().encode("utf-16-be"), ["UTF-16"]),
    "blank line": (b"\n" + SEND_HEADER + SEND_ROW, ["Line 1", "blank"]),
    "line of blanks": ("\ufeff \u3000\r\n".encode() + SEND_HEADER, ["Line 1", "blank"]),
    "sep": (b"\xef\xbb\xbfsep=,\r\n" + SEND_HEADER + SEND_ROW, ["Line 1", "sep="]),
    "quote": (SEND_HEADER.replace(b"agent_id", b'"agent_id'), ["quote", "not closed"]),
    "a workbook": (b"PK\x03\x04\x14\x00", ["Excel workbook"]),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\n", ["old Excel workbook"]),
    "delimiter": (SEND_HEADER + b"\x01\x02\x03\x04" + SEND_ROW, ["01 02 03 04"]),
    "endless line": (SEND_HEADER + b"x" * 16_000_001 + b"\n" + SEND_ROW, ["16000000 bytes"]),
}


@pytest.mark.parametrize("name", FIRST_BYTES)
def test_file_that_is_no_table(stops: Stops, ods: Path, name: str) -> None:
    content, parts = FIRST_BYTES[name]
    (ods / "coupon_send.csv").write_bytes(content)
    stops(ods, {}, "coupon_send.csv", *parts, never=SECRET)


def test_everything_that_is_missing_is_said_at_once(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").unlink()
    replace_header(ods, "product", "price", "unit_price")
    replace_header(ods, "product", "shop_id", "shop")
    (ods / "coupon_use").mkdir()
    (ods / "coupon_use.csv").rename(ods / "coupon_use" / "a.xlsx")
    stops(
        ods,
        {},
        *("agent.csv is missing", "columns price, shop_id are missing", "unit_price, shop"),
        *("coupon_use/a.xlsx", "Save it as CSV UTF-8"),
    )


PLACES = {
    "coupon_send.xls": "CSV UTF-8",
    "coupon_send (1).csv": "Rename",
    "coupon_send": "Rename",
    "Coupon_Send.csv": "Rename",
    "coupon_send.csv.zip": "Unpack",
    "chat_session.csv.GZ": "Unpack",
    "chat_session.txt": "CSV UTF-8",
    "chat_session/a.csv.zst": "Unpack",
    "chat_session/notes.txt": "CSV UTF-8",
    "chat_session/dt=2025-3-1/a.csv": "dt=YYYY-MM-DD",
    "chat_session/dt=2025-0301/a.csv": "dt=YYYY-MM-DD",
    "chat_session/dt=2025-02-29/a.csv": "dt=YYYY-MM-DD",
    "chat_session/DT=2025-02-28/a.csv": "dt=YYYY-MM-DD",
    "chat_session/dt=2025-02-28/dt=x/a.csv": "dt=YYYY-MM-DD",
    "chat_session.csv/a.csv": "folder",
    "chat_session/bad\\name.csv": "backslash",
}


def test_what_stands_in_the_place_of_a_table_is_named(stops: Stops, ods: Path) -> None:
    for name in PLACES:
        if name == "coupon_send":
            continue
        (ods / name).parent.mkdir(parents=True, exist_ok=True)
        (ods / name).write_bytes((ods / "agent.csv").read_bytes())
    (ods / "coupon_send").write_bytes(b"x")
    for name in ("_chat_session.csv", ".agent.csv", "chat_session/~$a.xlsx", "summary.xlsx"):
        (ods / name).write_bytes(b"x")
    (ods / "chat_session" / "Thumbs.db").write_bytes(b"x")
    names = [name.replace("\\", "") for name in PLACES if "bad" not in name]
    shown = [name.replace(".csv/a.csv", ".csv") for name in names]
    stops(ods, {}, *shown, *PLACES.values(), never="summary")


def test_a_name_that_only_begins_like_a_table_stays(build: Build, ods: Path) -> None:
    for name in ("agents.md", "product_manual.pdf", "activity_old/x.csv"):
        (ods / name).parent.mkdir(exist_ok=True)
        (ods / name).write_bytes(b"x")
    build(ods)


def test_entries_that_are_no_files(stops: Stops, ods: Path, tmp_path: Path) -> None:
    folder = ods / "shop_order"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.csv").write_text(f"{SECRET}\n")
    (folder / "out.csv").symlink_to(tmp_path / "out" / "x.csv")
    (folder / "broken.csv").symlink_to("nowhere")
    (folder / "self.csv").symlink_to("self.csv")
    (folder / "deep" / "loop").symlink_to("..")
    os.mkfifo(folder / "pipe.csv")
    (folder / "device.csv").symlink_to("/dev/zero")
    (ods / "refund").symlink_to(tmp_path / "out")
    stops(
        ods,
        {},
        *("out.csv is a link that leads out", "broken.csv is a link that leads to nothing"),
        *("self.csv is a link", "loop is a link that leads back", "pipe.csv is no file but a pipe"),
        *("device.csv is a link that leads out", "refund is a link", "follow_links: true"),
        never=SECRET,
    )


def test_a_device_is_not_read_even_where_links_are_followed(stops: Stops, ods: Path) -> None:
    (ods / "refund.csv").symlink_to("/dev/zero")
    stops(ods, {"follow_links": True}, "refund.csv is no file but a pipe, socket or device")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(stops: Stops, ods: Path) -> None:
    (ods / "refund.csv").touch(0o000)
    stops(ods, {}, "refund.csv may not be read")


def test_a_parquet_column_named_twice(stops: Stops, ods: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    columns = [*TABLES["agent"].columns, "agent_id"]
    rows = pyarrow.table([pyarrow.array(["x"])] * len(columns), names=columns)
    (ods / "agent.csv").unlink()
    pyarrow.parquet.write_table(rows, ods / "agent.parquet")
    stops(ods, {}, "agent_id stands 2 times", "agent.parquet")


@pytest.mark.parametrize("content", [b"", b"PAR1PAR1", b"PAR1 half a file", b"a,b\n1,2\n"])
def test_a_file_that_is_no_whole_parquet(stops: Stops, ods: Path, content: bytes) -> None:
    (ods / "agent.csv").unlink()
    (ods / "agent.parquet").write_bytes(content)
    stops(ods, {}, "agent.parquet", "not a whole Parquet file" if content else "empty")


def test_half_a_gzip_archive(stops: Stops, ods: Path) -> None:
    packed = gzip.compress((ods / "agent.csv").read_bytes())
    (ods / "agent.csv").unlink()
    (ods / "agent.csv.gz").write_bytes(packed[:-9])
    stops(ods, {}, "agent.csv.gz", "no whole gzip archive")


def test_a_reader_that_loses_lines_is_found_out(
    stops: Stops, good_ods: Path, tmp_path: Path
) -> None:
    project = linked_project(tmp_path / "project", without="macros")
    shutil.copytree(ROOT / "macros", project / "macros")
    reader = project / "macros" / "cross_db" / "reader" / "csv_lines.sql"
    text = reader.read_text(encoding="utf-8")
    assert "skip = {{ skip }}" in text
    reader.write_text(text.replace("skip = {{ skip }}", "skip = {{ skip + 1 }}"), encoding="utf-8")
    stops(good_ods, {}, "agent.csv has 1 lines of data, but 0 were read", project=project)


def linked_project(folder: Path, without: str) -> Path:
    """The project in another folder, by links, without one entry."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name not in (without, "target", "logs", "output"):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.soak
def test_header_missing_in_a_file_of_rows(stops: Stops, ods: Path) -> None:
    _, _, body = (ods / "coupon_use.csv").read_text(encoding="utf-8").partition("\n")
    (ods / "coupon_use.csv").write_text(body, encoding="utf-8")
    stops(ods, {}, "coupon_use.csv", "use_id")


def test_csv_and_parquet_of_one_table(stops: Stops, ods: Path) -> None:
    write_parquet(ods / "agent.parquet")
    stops(ods, {}, "agent.csv", "agent.parquet")


def write_parquet(path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"agent_id": ["G1"]}), path)


@pytest.mark.soak
def test_file_and_folder_of_one_table(stops: Stops, ods: Path) -> None:
    write_table(ods / "agent" / "a.csv", "agent", {})
    stops(ods, {}, "agent.csv", "agent/a.csv")


@pytest.mark.soak
def test_missing_column_in_parquet(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").unlink()
    write_parquet(ods / "agent.parquet")
    stops(ods, {}, "agent.parquet", "agent_name")


def test_no_such_folder(stops: Stops, tmp_path: Path) -> None:
    stops(tmp_path / "nowhere", {}, "nowhere")


@pytest.mark.parametrize(
    "path",
    ["x'; drop table ads.ads_trend; --", *(pytest.param(p, marks=pytest.mark.soak) for p in GLOBS)],
)
def test_ods_path_that_is_no_path(stops: Stops, good_ods: Path, path: str) -> None:
    stops(good_ods, {"ods_path": path}, path)


# Settings -------------------------------------------------------------------------------------

LEVELS = {
    "high_value": {"name": "高价值用户", "min_total": 13},
    "potential": {"name": "潜力用户", "min_total": 9},
    "general": {"name": "一般用户", "min_total": 6},
    "lost": {"name": "流失用户", "min_total": 3},
}


def thresholds(**changes: object) -> dict[str, object]:
    usual = {
        "recency": [7, 30, 90, 180],
        "frequency": [10, 5, 3, 1],
        "monetary": [10000, 5000, 1000, 100],
    }
    return {"rfm_thresholds": usual | changes}


def levels(role: str, **changes: object) -> dict[str, object]:
    return {"rfm_levels": LEVELS | {role: LEVELS[role] | changes}}


SETTINGS = [
    ({"as_of_date": "2026-13-01"}, ["as_of_date", "2026-13-01"]),
    ({"as_of_date": "2025-03-10' or '1'='1"}, ["as_of_date"]),
    ({"rfm_window_days": 180}, ["rfm_window_days", "180", "181"]),
    ({"rfm_window_days": "365"}, ["rfm_window_days' is the text '365'", "365 without quotes"]),
    (thresholds(recency=[7, 30, 30, 180]), ["rfm_thresholds.recency", "30"]),
    (thresholds(recency=[7, 30, 90]), ["rfm_thresholds.recency", "4"]),
    (
        {"rfm_thresholds": {"recency": [5, 30, 90, 180]}},
        [
            "rfm_thresholds' has no frequency and no monetary",
            "{recency: [5, 30, 90, 180], frequency: [10, 5, 3, 1], monetary: [10000, 5000, ",
        ],
    ),
    (thresholds(monetary=[10000, 5000, 1000, "1 or 1=1"]), ["rfm_thresholds.monetary"]),
    (levels("general", min_total=9), ["rfm_levels.general.min_total", "9"]),
    ({"segment_basis": "at_Send"}, ["segment_basis", "at_Send", "current"]),
    ({"min_sends_to_rank": -1}, ["min_sends_to_rank", "-1"]),
    ({"migration_days": 0}, ["migration_days", "0"]),
    ({"business_timezone": "Asia/Shanghia"}, ["Asia/Shanghia", "did you mean Asia/Shanghai?"]),
    ({"rfm_window_day": 200}, ["'rfm_window_day' in --vars", "did you mean rfm_window_days?"]),
    ({"business_timezone": "America/New_York"}, ["business_timezone", "changes of the clock"]),
    ({"lake_format": "Delta"}, ["lake_format", "Delta", "delta"]),
    ({"follow_links": "yes"}, ["follow_links", "true or false"]),
]
MORE_SETTINGS = [
    ({"as_of_date": "2025-02-29"}, ["as_of_date", "2025-02-29"]),
    ({"as_of_date": "tomorrow"}, ["as_of_date", "tomorrow"]),
    ({"as_of_date": 20250310}, ["as_of_date", "20250310"]),
    ({"as_of_date": "2025-3-1"}, ["as_of_date", "2025-3-1"]),
    ({"as_of_date": "2025-03-10\n"}, ["as_of_date"]),
    ({"as_of_date": ""}, ["as_of_date"]),
    ({"rfm_window_days": 365.5}, ["rfm_window_days", "365.5"]),
    ({"rfm_window_days": True}, ["rfm_window_days", "true"]),
    ({"rfm_window_days": None}, ["rfm_window_days"]),
    (thresholds(recency=[7, 30, 90, 400]), ["rfm_window_days", "401"]),
    (thresholds(frequency=[10, 5, 6, 1]), ["rfm_thresholds.frequency", "6"]),
    (thresholds(frequency=[10, 5, 3, 0]), ["rfm_thresholds.frequency", "0"]),
    (thresholds(frequency=[10, 5, 3, 1.5]), ["rfm_thresholds.frequency", "1.5"]),
    (
        thresholds(monetary=["10000", 5000, 1000, 100]),
        ["rfm_thresholds.monetary", "write 10000 without quotes"],
    ),
    (thresholds(monetary=[10000, 5000, 1000, -1]), ["rfm_thresholds.monetary", "-1"]),
    (thresholds(total=[1, 2, 3, 4]), ["rfm_thresholds", "'total', which is none of recency"]),
    ({"rfm_thresholds": [7, 30, 90, 180]}, ["rfm_thresholds"]),
    (levels("high_value", min_total=16), ["rfm_levels.high_value.min_total", "16"]),
    (levels("lost", min_total=4), ["rfm_levels.lost.min_total"]),
    (levels("lost", name="一般用户"), ["rfm_levels.lost.name", "一般用户"]),
    (levels("lost", name="x' or '1'='1"), ["rfm_levels.lost.name"]),
    (levels("lost", name="未知用户"), ["rfm_levels.lost.name"]),
    (levels("lost", colour="red"), ["rfm_levels.lost", "'colour', which is none of name"]),
    (
        {"rfm_levels": {"lost": {"name": "青铜", "min_total": 3}}},
        [
            "rfm_levels' has no high_value and no potential and no general",
            "high_value: {name: 高价值用户, min_total: 13}",
            "lost: {name: 青铜, min_total: 3}}",
        ],
    ),
    ({"rfm_levels": LEVELS | {"lost": {"name": "青铜"}}}, ["rfm_levels.lost' has no min_total"]),
    ({"asofdate": "today"}, ["'asofdate'", "did you mean as_of_date?"]),
    ({"TIMEZONE": "UTC"}, ["'TIMEZONE'", "did you mean business_timezone?"]),
    ({"xyz": 1}, ["'xyz' in --vars is not a setting of this project. The settings are ods_path,"]),
    ({"ods_path": 5}, ["ods_path", "5"]),
    ({"segment_basis": None}, ["segment_basis"]),
    ({"min_sends_to_rank": "30"}, ["min_sends_to_rank", "30"]),
    ({"migration_days": "7 or 1=1"}, ["migration_days", "7 or 1=1"]),
    ({"business_timezone": "UTC'"}, ["business_timezone"]),
    ({"business_timezone": 8}, ["business_timezone", "8"]),
    ({"business_timezone": "Africa/Casablanca"}, ["Africa/Casablanca", "Asia/Shanghai"]),
    # Its clock changed at the very noon that is looked at.
    ({"business_timezone": "Africa/Khartoum"}, ["Africa/Khartoum", "changes of the clock"]),
    ({"follow_links": 1}, ["follow_links", "true or false"]),
]


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        *(pytest.param(*case, id=f"{'-'.join(case[1])}") for case in SETTINGS),
        *(
            pytest.param(*case, id=f"{'-'.join(case[1])}-more", marks=pytest.mark.soak)
            for case in MORE_SETTINGS
        ),
    ],
)
def test_wrong_setting(
    stops: Stops, good_ods: Path, variables: dict[str, Any], parts: list[str]
) -> None:
    stops(good_ods, variables, *parts, project=ROOT)  # parsed anew: most are found there


@pytest.mark.parametrize(
    ("line", "written", "parts"),
    [
        (
            "  rfm_window_days: 365\n",
            "  rfm_window_day: 400\n",
            ["'rfm_window_day' in dbt_project.yml", "did you mean rfm_window_days?"],
        ),
        pytest.param(
            "  migration_days: 7\n",
            "  migration_days: 7\n  coupon_rfm: {migration_day: 8}\n",
            ["'migration_day' in dbt_project.yml", "did you mean migration_days?"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            "  migration_days: 7\n",
            "",
            ["'migration_days' is missing", "dbt_project.yml"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            "  migration_days: 7\n",
            "  migration_days: 7\n  lake_format: delta\n",
            ["lake_format has no effect in dbt_project.yml"],
            marks=pytest.mark.soak,
        ),
    ],
)
def test_wrong_setting_in_the_file(
    stops: Stops, good_ods: Path, tmp_path: Path, line: str, written: str, parts: list[str]
) -> None:
    project = linked_project(tmp_path / "project", without="dbt_project.yml")
    text = (ROOT / "dbt_project.yml").read_text(encoding="ascii")
    assert line in text
    (project / "dbt_project.yml").write_text(text.replace(line, written), encoding="ascii")
    stops(good_ods, {}, *parts, project=project)
