"""What the unit tests have found, kept as long as the code is the same: they judge no data."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from typing import Any

from coupon_rfm.warehouse import Project

KEPT = "unit_tests.json"  # beside the artifacts of dbt


def kept_rows(project: Project) -> dict[str, list[str]] | None:
    """Return the report's rows of the unit tests, by test; None if the code is new to them.

    Code is every file that dbt has parsed, and the packages that are installed here.
    """
    try:
        kept = json.loads((project.target_path() / KEPT).read_text(encoding="utf-8"))
        return kept["rows"] if kept["code"] == fingerprint(project) else None
    except (OSError, ValueError, KeyError):
        return None


def keep_rows(
    project: Project, rows: Mapping[str, Sequence[str]], results: Mapping[str, Any]
) -> None:
    """Keep the report's rows of the unit tests, if all have run and passed."""
    tests = project.manifest().unit_tests
    if all(test in results and results[test].status == "pass" for test in tests):
        note = f"（{datetime.date.today()} 的结果，代码未变）"
        kept = {
            test: [*rows[test][:-2], f"{rows[test][-2]}{note}", rows[test][-1]] for test in tests
        }
        text = json.dumps({"code": fingerprint(project), "rows": kept}, ensure_ascii=False)
        (project.target_path() / KEPT).write_text(text, encoding="utf-8")


def fingerprint(project: Project) -> str:
    """Return what tells this code, on this engine, from other code."""
    files = {name: file.checksum.checksum for name, file in project.manifest().files.items()}
    packages = {package.name: package.version for package in distributions()}
    text = json.dumps([project.engine(), files, packages], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
