"""The test report: what every test of the project expects and what a run of dbt has found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
from dbt.cli.main import dbtRunnerResult

from coupon_rfm.spreadsheet import write_csv
from coupon_rfm.unit_tests import keep_rows
from coupon_rfm.warehouse import Project, QueryError, plain

COLUMNS = ["测试ID", "测试名称", "SQL", "预期结果", "实际结果", "状态"]
STATUS = {
    "pass": "通过",
    "fail": "失败",
    "warn": "警告",
    "error": "出错",
    "skipped": "跳过",
    "no-op": "跳过",
}
ENGLISH = {
    "通过": "passed",
    "失败": "failed",
    "警告": "warned",
    "出错": "broke",
    "跳过": "skipped",
}
SAMPLE_ROWS = 3


def write_report(
    project: Project,
    run: dbtRunnerResult,
    out: Path,
    kept: Mapping[str, Sequence[str]] | None = None,
) -> bool:
    """Write OUT/test_report.csv from what a run has found; return whether all passed or warned.

    `kept` has the rows of unit tests that this run has left out, by test. Those that it has not are
    kept for the next one.
    """
    path = out / "test_report.csv"
    results = results_of(run)
    trouble = trouble_of(run)
    rows = {
        unique_id: report_row(project, test, results.get(unique_id), trouble)
        for unique_id, test in all_tests(project).items()
    }
    keep_rows(project, rows, results)
    rows |= {test: row for test, row in (kept or {}).items() if test not in results}
    write_csv(path, COLUMNS, sorted(rows.values()))
    counts = Counter(row[-1] for row in rows.values())
    click.echo(summary(counts, path))
    return counts["通过"] + counts["警告"] == len(rows)


def all_tests(project: Project) -> dict[str, Any]:
    """Return the data tests and unit tests of the project by their unique id."""
    manifest = project.manifest()
    data_tests = {
        unique_id: node
        for unique_id, node in manifest.nodes.items()
        if node.resource_type == "test"
    }
    return {**data_tests, **manifest.unit_tests}


def results_of(run: dbtRunnerResult) -> dict[str, Any]:
    """Return the results of a run by unique id."""
    return {result.node.unique_id: result for result in getattr(run.result, "results", [])}


def trouble_of(run: dbtRunnerResult) -> str:
    """Return what went wrong outside of models and tests: a hook, or dbt itself; '' if nothing."""
    results = results_of(run).values()
    hooks = [result for result in results if result.node.resource_type == "operation"]
    trouble = [plain(hook.message) for hook in hooks if hook.status == "error"]
    if run.exception:
        trouble.append(plain(run.exception) or type(run.exception).__name__)
    return "\n".join(trouble)


def report_row(project: Project, test: Any, result: Any, trouble: str) -> list[str]:
    """Return the row of one test; one without a result was not run, because of `trouble`."""
    if result:
        found, status = actual(project, test, result), STATUS[result.status]
    else:
        found, status = f"未运行：{trouble or '运行提前停止'}", "出错" if trouble else "跳过"
    sql = test_sql(result.node if result else test)
    return [test_id(test), test_name(test), sql, expected(test), found, status]


def test_sql(node: Any) -> str:
    """Return the SQL that ran, else the text it would be made of."""
    sql = getattr(node, "compiled_code", None) or getattr(node, "raw_code", None)
    return (sql or "").strip()


def test_id(test: Any) -> str:
    """Return the id given in the test's meta, else the last part of dbt's own."""
    return test.config.meta.get("test_id") or test.unique_id.split(".")[-1]


def test_name(test: Any) -> str:
    """Return the Chinese name given in the test's meta, else the best that dbt knows."""
    return test.config.meta.get("name_zh") or test.description or test.name


def expected(test: Any) -> str:
    """Return what the test expects, from its meta or from what makes it fail."""
    if "expected" in test.config.meta:
        return str(test.config.meta["expected"])
    if is_unit_test(test):
        return f"与预期的{unit_rows(test)}逐行一致"
    if test.config.error_if == "!= 0":
        return f"{measure(test)} = 0"
    return f"{measure(test)} {test.config.error_if} 不成立"


def actual(project: Project, test: Any, result: Any) -> str:
    """Return what the test found: its figure, sample rows of a failure, a diff or an error."""
    if result.status in ("error", "skipped", "no-op"):
        return plain(result.message or "未运行：它依赖的表或测试未通过")
    if is_unit_test(test):
        passed = result.status == "pass"
        return f"{unit_rows(test).strip()}与预期逐行一致" if passed else plain(result.message)
    found = f"{measure(test)} = {result.failures}"
    return f"{found}\n{samples(project, result.node)}" if result.failures else found


def is_unit_test(test: Any) -> bool:
    """Tell a unit test from a data test."""
    return test.resource_type == "unit_test"


def unit_rows(test: Any) -> str:
    """Return how many rows a unit test expects; dbt cannot tell when they are given as SQL."""
    rows = test.expect.rows
    return f" {len(rows)} 行" if isinstance(rows, list) else "结果"


def measure(test: Any) -> str:
    """Return the name of the figure that a data test is judged by."""
    return "不合格行数" if test.config.fail_calc == "count(*)" else test.config.fail_calc


def samples(project: Project, node: Any) -> str:
    """Return a few of the rows that a data test found, a line each."""
    sql = f"select * from (\n{node.compiled_code}\n) as found limit {SAMPLE_ROWS}"
    try:
        with project.query(sql) as (columns, rows):
            found = [dict(zip(columns, row, strict=True)) for row in islice(rows, SAMPLE_ROWS)]
    except QueryError as error:
        return f"（无法读取样例：{error.message}）"
    return "\n".join(sample_text(row) for row in found)


def sample_text(row: dict[str, Any]) -> str:
    """Return a row that a data test found: its sentence, if it has one, else a JSON object."""
    return row.get("finding") or json.dumps(row, ensure_ascii=False, default=str)


def summary(counts: Counter[str], path: Path) -> str:
    """Return one line about the whole run, in Chinese and English."""
    total = counts.total()
    zh = "，".join(f"{status} {counts[status]}" for status in ENGLISH if counts[status])
    en = ", ".join(f"{counts[status]} {word}" for status, word in ENGLISH.items() if counts[status])
    return f"测试 {total} 项：{zh} | {total} tests: {en} -> {path}"
