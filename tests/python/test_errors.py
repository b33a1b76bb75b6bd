"""Wrong files and settings stop the build with a sentence, and leave the warehouse as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comparison import require_same_contents, table_contents
from conftest import Build
from project import ROOT, WAREHOUSE_NAME, Run, run_dbt
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

    def check(ods_path: Path, variables: dict[str, Any], *parts: str, project: Path = ROOT) -> None:
        folder = tmp_path / "run"
        folder.mkdir()
        shutil.copy(good_run.warehouse, folder / WAREHOUSE_NAME)
        run = run_dbt(
            ["build", "--selector", "models"], ods_path, folder, variables, project=project
        )
        assert run.exit_code != 0, "the build went through"
        message = " ".join(run.output.split())
        for part in parts:
            assert part in message, f"{part!r} is not said in:\n{run.output[-3000:]}"
        assert "Traceback" not in run.output
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


def test_header_in_another_encoding(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").write_bytes("客服编号,客服昵称\nG1,小王\n".encode("gb18030"))
    stops(ods, {}, "agent.csv")


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


def test_a_file_that_is_no_parquet(stops: Stops, ods: Path) -> None:
    (ods / "agent.csv").rename(ods / "agent.parquet")
    stops(ods, {}, "agent.parquet")


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
    stops(good_ods, variables, *parts)


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
    project = tmp_path / "project"
    project.mkdir()
    for path in ROOT.iterdir():
        if path.name not in ("dbt_project.yml", "target", "logs", "output"):
            (project / path.name).symlink_to(path)
    text = (ROOT / "dbt_project.yml").read_text(encoding="ascii")
    assert line in text
    (project / "dbt_project.yml").write_text(text.replace(line, written), encoding="ascii")
    stops(good_ods, {}, *parts, project=project)
