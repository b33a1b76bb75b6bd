"""scripts/build_warehouse.py, test_report.py and export_ads.py, run as a user runs them."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace

import duckdb
import pytest

from conftest import SAMPLE, SAMPLE_BUILT, Build, Manifest
from coupon_rfm.report import report_row, sample_text
from coupon_rfm.spreadsheet import cell, write_csv
from project import ROOT, Run
from small_project import run, run_dbt, write_files

COLUMNS = ["测试ID", "测试名称", "SQL", "预期结果", "实际结果", "状态"]

CONFIGURATION = ("dbt_project.yml", "profiles.yml", "selectors.yml")
PROJECT_FILES = {
    "dbt_project.yml": """
        name: odd
        profile: odd
        flags: {send_anonymous_usage_stats: false}
        models: {+materialized: table}
        """,
    "profiles.yml": """
        odd: {target: local, outputs: {local: {type: duckdb, path: odd.duckdb, threads: 2}}}
        """,
    "selectors.yml": """
        selectors:
          - {name: everything, definition: "*"}
          - name: everyday
            definition:
              union: ["*", {exclude: [{method: resource_type, value: unit_test}]}]
        """,
    "models/dwd/dwd_hidden.sql": "select 1 as hidden_id",
    "models/ads/ads_coupon.sql": """
        select *
        from (values
            (2, '=1+1', -5, cast(1.50 as decimal(18, 2)), timestamp '2026-01-02 03:04:05', true),
            (1, '满减"券",甲', 7, null, null, false),
            (3, '@sum', 9, 1000000, timestamp '2026-01-02 00:00:00', null),
            (4, E'\\t多行\\n名', -9, 0.05, null, null)
        ) as coupon(coupon_id, coupon_name, rank_change, price, seen_time, is_good)
        """,
    "models/ads/ads_coupon.yml": """
        models:
          - name: ads_coupon
            config: {meta: {export_order: [price desc nulls last, coupon_id]}}
            columns:
              - name: coupon_id
                data_tests:
                  - unique:
                      name: coupon__key
                      config: {meta: {test_id: T1, name_zh: 主键唯一, expected: 不合格行数 = 0}}
                  - accepted_values:
                      name: coupon__fails
                      arguments: {values: [], quote: false}
                      config: {meta: {test_id: T2, name_zh: =HYPERLINK(), expected: 没有优惠券}}
                  - accepted_values:
                      name: coupon__warns
                      arguments: {values: [1, 2, 3], quote: false}
                      config: {severity: warn, meta: {test_id: T3, name_zh: 警告}}
        """,
    "models/ads/ads_name.sql": "select coupon_id, coupon_name from {{ ref('ads_coupon') }}",
    "models/ads/ads_name.yml": """
        models:
          - name: ads_name
            columns: [{name: coupon_id, data_tests: [unique: {name: name__key}]}]
        unit_tests:
          - name: unit_passes
            model: ads_name
            given: &given
              - {input: ref('ads_coupon'), rows: [{coupon_id: 1, coupon_name: 中}]}
            expect: {rows: [{coupon_id: 1, coupon_name: 中}]}
            config: {meta: {test_id: U1, name_zh: 单元测试}}
          - name: unit_fails
            model: ads_name
            given: *given
            expect: {rows: [{coupon_id: 1, coupon_name: 国}]}
            config: {meta: {test_id: U2}}
        """,
    "tests/broken.sql": "select no_such_column from {{ ref('ads_coupon') }}",
    "tests/unbuilt.sql": "select * from {{ ref('ads_name') }} where false",
}


def script(
    name: str, folder: Path, *options: object, environment: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    command = (sys.executable, ROOT / "scripts" / name, *options)
    return run(*command, folder=folder, environment=environment)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a file that must have a BOM, CRLF ends and one header."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)))


def by_id(report: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["测试ID"]: row for row in report}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built project whose tests have every outcome."""
    folder = write_files(tmp_path_factory.mktemp("odd"), PROJECT_FILES)
    run_dbt(folder, "run", "--exclude", "ads_name")
    return folder


@pytest.fixture(scope="module")
def odd_run(odd: Path) -> CompletedProcess[str]:
    return script("test_report.py", odd, "--project-dir", odd, "--out", "out")


@pytest.fixture(scope="module")
def odd_report(odd: Path, odd_run: CompletedProcess[str]) -> list[dict[str, str]]:
    return read_csv(odd / "out" / "test_report.csv")


def test_report_has_one_row_a_test_in_order_of_ids(odd_report: list[dict[str, str]]) -> None:
    assert list(odd_report[0]) == COLUMNS
    ids = [row["测试ID"] for row in odd_report]
    assert ids == sorted(set(ids))
    assert {"T1", "T2", "T3", "U1", "U2", "broken", "unbuilt"} < set(ids) and len(ids) == 8


def test_report_exits_with_1_and_one_line_about_failures(odd_run: CompletedProcess[str]) -> None:
    assert odd_run.returncode == 1, odd_run.stderr
    assert odd_run.stdout.count("\n") == 1
    assert "测试 8 项：通过 2，失败 2，警告 1，出错 3" in odd_run.stdout
    assert "8 tests: 2 passed, 2 failed, 1 warned, 3 broke" in odd_run.stdout


def test_a_passing_test_tells_its_figure(odd_report: list[dict[str, str]]) -> None:
    row = by_id(odd_report)["T1"]
    assert (row["测试名称"], row["状态"]) == ("主键唯一", "通过")
    assert row["预期结果"] == row["实际结果"] == "不合格行数 = 0"
    assert row["SQL"].startswith("select") and "ads_coupon" in row["SQL"]


def test_a_failing_test_shows_sample_rows(odd_report: list[dict[str, str]]) -> None:
    row = by_id(odd_report)["T2"]
    assert (row["预期结果"], row["状态"]) == ("没有优惠券", "失败")
    figure, *samples = row["实际结果"].split("\n")
    assert figure == "不合格行数 = 4"
    assert len(samples) == 3
    assert all(set(json.loads(sample)) == {"value_field", "n_records"} for sample in samples)


def test_a_warning_shows_its_rows_too(odd_report: list[dict[str, str]]) -> None:
    row = by_id(odd_report)["T3"]
    assert row["状态"] == "警告"
    assert row["实际结果"] == '不合格行数 = 1\n{"value_field": 4, "n_records": 1}'


def test_an_error_shows_its_message(odd_report: list[dict[str, str]]) -> None:
    broken, unbuilt = by_id(odd_report)["broken"], by_id(odd_report)["unbuilt"]
    assert broken["状态"] == unbuilt["状态"] == "出错"
    assert "no_such_column" in broken["实际结果"]
    assert "ads_name does not exist" in unbuilt["实际结果"]


def test_unit_tests_show_row_counts_and_differences(odd_report: list[dict[str, str]]) -> None:
    passed, failed = by_id(odd_report)["U1"], by_id(odd_report)["U2"]
    assert (passed["测试名称"], passed["状态"]) == ("单元测试", "通过")
    assert passed["预期结果"] == "与预期的 1 行逐行一致"
    assert passed["实际结果"] == "1 行与预期逐行一致"
    assert failed["状态"] == "失败"
    assert "国→中" in failed["实际结果"] and "\x1b" not in failed["实际结果"]
    assert "from __dbt__cte__ads_coupon" in failed["SQL"]


def test_a_test_without_a_result_is_skipped_or_broken_for_a_reason() -> None:
    meta = {"test_id": "T", "name_zh": "名", "expected": "0"}
    lost = SimpleNamespace(raw_code="select 1", config=SimpleNamespace(meta=meta))
    row = report_row(None, lost, None, trouble="")
    assert row == ["T", "名", "select 1", "0", "未运行：运行提前停止", "跳过"]
    assert report_row(None, lost, None, trouble="磁盘已满")[-2:] == ["未运行：磁盘已满", "出错"]


def test_a_row_with_a_sentence_is_told_by_it() -> None:
    assert sample_text({"row_count": 3, "finding": "agent.csv 没有行"}) == "agent.csv 没有行"
    assert sample_text({"row_count": 3, "finding": None}) == '{"row_count": 3, "finding": null}'


def test_report_escapes_formulas(odd_report: list[dict[str, str]]) -> None:
    assert by_id(odd_report)["T2"]["测试名称"] == "'=HYPERLINK()"


def test_report_of_a_project_that_passes_exits_with_0(odd: Path, tmp_path: Path) -> None:
    files = {name: PROJECT_FILES[name] for name in CONFIGURATION}
    files["models/one.sql"] = "select 1 as one"
    files["tests/holds.sql"] = "select * from {{ ref('one') }} where one <> 1"
    run_dbt(write_files(tmp_path, files), "run")
    done = script("test_report.py", tmp_path, "--project-dir", ".", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert [row["状态"] for row in read_csv(tmp_path / "out" / "test_report.csv")] == ["通过"]


def test_a_run_that_cannot_start_still_lists_every_test(odd: Path, tmp_path: Path) -> None:
    holder = duckdb.connect(str(odd / "odd.duckdb"))
    try:
        done = script("test_report.py", odd, "--project-dir", odd, "--out", tmp_path)
    finally:
        holder.close()
    report = read_csv(tmp_path / "test_report.csv")
    assert done.returncode == 1
    assert "lock" in done.stderr
    assert len(report) == 8
    assert {row["状态"] for row in report} == {"出错"}
    assert all(row["实际结果"].startswith("未运行：") for row in report)


def test_a_failing_hook_fails_the_report(tmp_path: Path) -> None:
    files = {name: PROJECT_FILES[name] for name in CONFIGURATION}
    files["models/one.sql"] = "select 1 as one"
    run_dbt(write_files(tmp_path, files), "run")
    files["dbt_project.yml"] += "on-run-start: [select no_such_column]"
    files["tests/holds.sql"] = "select * from {{ ref('one') }} where one <> 1"
    write_files(tmp_path, files)
    done = script("test_report.py", tmp_path, "--project-dir", ".", "--out", "out")
    assert done.returncode == 1
    assert "no_such_column" in done.stderr


def build(folder: Path) -> CompletedProcess[str]:
    return script("build_warehouse.py", folder, "--project-dir", ".", "--out", "out")


def statuses(folder: Path) -> dict[str, str]:
    return {row["测试ID"]: row["状态"] for row in read_csv(folder / "out" / "test_report.csv")}


ONE = {
    **{name: PROJECT_FILES[name] for name in CONFIGURATION},
    "models/ads/ads_one.sql": "select 1 as one_id",
    "models/ads/ads_one.yml": """
        models:
          - name: ads_one
            columns:
              - name: one_id
                data_tests: [unique: {config: {meta: {test_id: key}}}]
        unit_tests: [{name: unit, model: ads_one, given: [], expect: {rows: [{one_id: 1}]}}]
        """,
}


def test_a_build_says_what_it_does_and_where_to_look_next(tmp_path: Path) -> None:
    done = build(write_files(tmp_path, ONE))
    assert done.returncode == 0, done.stdout + done.stderr
    assert statuses(tmp_path) == {"key": "通过", "unit": "通过"}
    assert len(read_csv(tmp_path / "out" / "ads" / "ads_one.csv")) == 1
    for step in (
        "reading the project",
        "building",
        "writing the test report",
        "writing the tables",
    ):
        assert step in done.stdout
    for place in ("out/ads", "out/test_report.csv", "odd.duckdb", "docs/rules.md"):
        assert place in done.stdout.rpartition("where to look next")[2]
    assert (tmp_path / "target" / "run_results.json").exists()


def test_unit_tests_run_again_when_the_code_has_changed_and_are_always_in_the_report(
    tmp_path: Path,
) -> None:
    build(write_files(tmp_path, ONE))
    again = build(tmp_path)
    assert "without unit tests" in again.stdout and "2 tests: 2 passed" in again.stdout
    row = by_id(read_csv(tmp_path / "out" / "test_report.csv"))["unit"]
    assert row["SQL"] and "代码未变" in row["实际结果"] and row["状态"] == "通过"
    write_files(tmp_path, {"models/ads/ads_one.sql": "select 2 as one_id"})
    assert build(tmp_path).returncode == 1
    assert statuses(tmp_path) == {"key": "跳过", "unit": "失败"}
    assert build(tmp_path).returncode == 1  # what has failed is never kept
    assert statuses(tmp_path)["unit"] == "失败"


def test_a_failed_build_is_reported_and_leaves_the_tables_of_the_last_one_alone(
    tmp_path: Path,
) -> None:
    build(write_files(tmp_path, ONE))
    write_files(tmp_path, {"models/ads/ads_one.sql": "select 1 as one_id union all select 1"})
    failed = build(tmp_path)
    assert failed.returncode == 1
    assert "the build failed and out/ads was left alone" in failed.stderr
    assert "where to look next" not in failed.stdout
    assert statuses(tmp_path) == {"key": "跳过", "unit": "失败"}
    assert len(read_csv(tmp_path / "out" / "ads" / "ads_one.csv")) == 1


def test_a_build_that_cannot_start_reports_why_of_every_test(tmp_path: Path) -> None:
    hook = """on-run-start: "{{ exceptions.raise_compiler_error('no files') if execute }}" """
    files = {**ONE, "dbt_project.yml": ONE["dbt_project.yml"] + hook}
    assert build(write_files(tmp_path, files)).returncode == 1
    for row in read_csv(tmp_path / "out" / "test_report.csv"):
        assert row["状态"] == "出错" and "no files" in row["实际结果"]


def test_report_and_export_leave_the_artifacts_of_the_last_build_alone(tmp_path: Path) -> None:
    build(write_files(tmp_path, ONE))
    artifacts = [tmp_path / "target" / f"{name}.json" for name in ("manifest", "run_results")]
    before = [path.read_bytes() for path in artifacts]
    for name in ("test_report.py", "export_ads.py"):
        done = script(name, tmp_path, "--project-dir", ".", "--out", "out")
        assert done.returncode == 0, done.stderr
    assert [path.read_bytes() for path in artifacts] == before


@pytest.fixture(scope="module")
def exported(odd: Path) -> CompletedProcess[str]:
    options = ("--project-dir", odd, "--out", "out", "--table", "ads_coupon")
    return script("export_ads.py", odd, *options)


def test_export_orders_escapes_and_leaves_numbers_alone(
    odd: Path, exported: CompletedProcess[str]
) -> None:
    assert exported.returncode == 0, exported.stderr
    read_csv(odd / "out" / "ads" / "ads_coupon.csv")
    content = (odd / "out" / "ads" / "ads_coupon.csv").read_bytes().decode("utf-8-sig")
    assert content.split("\r\n") == [
        "coupon_id,coupon_name,rank_change,price,seen_time,is_good",
        "3,'@sum,9,1000000.00,2026-01-02 00:00:00,",
        "2,'=1+1,-5,1.50,2026-01-02 03:04:05,true",
        '4,"\'\t多行\n名",-9,0.05,,',
        '1,"满减""券"",甲",7,,,false',
        "",
    ]


def test_export_writes_only_what_was_asked_for_and_no_leftovers(
    odd: Path, exported: CompletedProcess[str]
) -> None:
    assert [path.name for path in (odd / "out" / "ads").iterdir()] == ["ads_coupon.csv"]


def test_an_interrupted_export_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise KeyboardInterrupt

    old = write_files(tmp_path, {"ads_coupon.csv": "old"}) / "ads_coupon.csv"
    with pytest.raises(KeyboardInterrupt):
        write_csv(old, ["coupon_id"], rows())
    assert old.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_export_of_a_table_not_built_says_so_and_keeps_the_old_file(
    odd: Path, tmp_path: Path
) -> None:
    old = write_files(tmp_path, {"ads/ads_name.csv": "old"}) / "ads" / "ads_name.csv"
    options = ("--project-dir", odd, "--out", tmp_path, "--table", "ads_name")
    done = script("export_ads.py", odd, *options)
    assert done.returncode == 1
    assert "`dbt build`" in done.stderr and "Traceback" not in done.stderr
    assert old.read_text(encoding="utf-8") == "old"


def test_export_of_an_unknown_table_names_those_there_are(odd: Path, tmp_path: Path) -> None:
    done = script("export_ads.py", odd, "--project-dir", odd, "--out", tmp_path, "--table", "dwd_x")
    assert done.returncode == 1
    assert "no such ads table: dwd_x. There are: ads_coupon, ads_name." in done.stderr


@pytest.mark.parametrize("name", ["export_ads.py", "test_report.py"])
def test_without_a_warehouse_one_sentence_says_what_to_do(name: str, tmp_path: Path) -> None:
    write_files(tmp_path, PROJECT_FILES)
    done = script(name, tmp_path, "--project-dir", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == "Error: there is no warehouse at odd.duckdb yet: run `dbt build` first."
    assert not (tmp_path / "odd.duckdb").exists()


@pytest.mark.parametrize("name", ["build_warehouse.py", "export_ads.py", "test_report.py"])
def test_help_names_every_option(name: str, tmp_path: Path) -> None:
    done = script(name, tmp_path, "--help")
    assert done.returncode == 0
    assert "--out" in done.stdout and "--target" in done.stdout


@pytest.fixture(scope="module")
def sample(build: Build) -> Run:
    """The warehouse of the committed sample."""
    return build(SAMPLE)


@pytest.fixture(scope="module")
def written(sample: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the report and the tables of that warehouse."""
    if SAMPLE_BUILT in os.environ:
        return Path(os.environ[SAMPLE_BUILT]).absolute() / "output"
    folder = tmp_path_factory.mktemp("sample")
    environment = {
        "COUPON_RFM_DB_PATH": str(sample.copy_to(folder)),
        "COUPON_RFM_ODS_PATH": str(SAMPLE),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    for name in ("test_report.py", "export_ads.py"):
        done = script(name, folder, "--out", "out", environment=environment)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def report(written: Path) -> list[dict[str, str]]:
    return read_csv(written / "test_report.csv")


@pytest.fixture(scope="module")
def exports(written: Path) -> Path:
    return written / "ads"


def test_every_test_of_the_project_is_in_the_report_and_passes(
    manifest: Manifest, report: list[dict[str, str]]
) -> None:
    data_tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert len(report) == len(data_tests) + len(manifest["unit_tests"])
    assert {row["状态"] for row in report} == {"通过"}


def test_every_test_of_the_project_has_an_id_of_its_own_and_says_what_it_expects(
    report: list[dict[str, str]],
) -> None:
    assert len(by_id(report)) == len(report)
    for row in report:
        assert re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", row["测试ID"]), row["测试ID"]
        assert re.search(r"[\u4e00-\u9fff]", row["测试名称"]), row["测试ID"]
        assert all(row.values()), row["测试ID"]


def test_every_ads_table_is_exported_under_its_name_with_its_columns(
    sample: Run, exports: Path
) -> None:
    assert sorted(path.stem for path in exports.iterdir()) == sample.names("ads")
    for path in exports.iterdir():
        assert list(read_csv(path)[0]) == list(sample.types(f"ads.{path.stem}")), path.stem


def test_every_export_is_its_table_in_the_order_that_its_model_names(
    manifest: Manifest, sample: Run, exports: Path
) -> None:
    for path in exports.iterdir():
        model = manifest["nodes"][f"model.coupon_rfm.{path.stem}"]
        order = ", ".join(model["config"]["meta"]["export_order"])
        table = sample.query(f"select * from ads.{path.stem} order by {order}")
        cells = [[cell(value) for value in row.values()] for row in table]
        assert [list(row.values()) for row in read_csv(path)] == cells, path.stem


def test_exported_figures_are_those_of_the_table(sample: Run, exports: Path) -> None:
    columns = ["period", "user_level", "send_count", "pay_amount", "use_rate"]
    table = sample.query(f"select {', '.join(columns)} from ads.ads_overview_layered")
    exported = read_csv(exports / "ads_overview_layered.csv")
    assert sorted(tuple(str(row[column]) for column in columns) for row in table) == sorted(
        tuple(row[column] for column in columns) for row in exported
    )


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    assert cell("字" * 32_000) == "字" * 32_000
    assert cell("字" * 40_000) == "字" * 32_000 + "\n…（共 40000 字符）"
