"""Runs the dbt project on a folder of raw files, isolated from the checkout and from other runs.

Every run is a process of its own with its own warehouse, target and log folder. The processes are
forked from a server that has only imported dbt: that saves the import (about 3 s of every run) and
shares nothing that a run could leave behind, unlike dbtRunner in the process of the tests.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
WAREHOUSE_NAME = "coupon_rfm.duckdb"
PARSED_PROJECT = "partial_parse.msgpack"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_RUN_SECONDS = 1800
# In the environment of a run: the day 'YYYY-MM-DD' that the project shall take for today.
CLOCK = "COUPON_RFM_TESTS_CLOCK"

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb", "duckdb"])


@dataclass(frozen=True)
class Run:
    """What one dbt command left: its exit code, what it printed, and its warehouse."""

    exit_code: int
    output: str
    warehouse: Path
    target: Path

    @contextlib.contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection to the warehouse."""
        connection = duckdb.connect(str(self.warehouse), read_only=True)
        try:
            yield connection
        finally:
            connection.close()

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query as dicts."""
        with self.connect() as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def table(self, name: str) -> list[dict[str, Any]]:
        """All rows of `schema.table`."""
        return self.query(f"select * from {name}")

    def types(self, name: str) -> dict[str, str]:
        """The type of every column of `schema.table`."""
        with self.connect() as connection:
            described = connection.execute(f"describe {name}").fetchall()
        return {row[0]: row[1] for row in described}

    def names(self, schema: str) -> list[str]:
        """The tables and views of a schema."""
        sql = f"from information_schema.tables where table_schema = '{schema}' order by table_name"
        return [row["table_name"] for row in self.query(sql)]

    def require_success(self) -> Run:
        """This run, or an AssertionError with the end of its output."""
        assert self.exit_code == 0, f"dbt ended with {self.exit_code}:\n{self.output[-1500:]}"
        return self


def run_dbt(
    command: Sequence[str],
    ods_path: Path,
    folder: Path,
    variables: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    project: Path = ROOT,
) -> Run:
    """Run `dbt <command>` of the checkout on `ods_path`, with all it writes in `folder`.

    `project` is another folder with the project, such as a changed copy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    variables_text = json.dumps(dict(variables or {}), ensure_ascii=False)
    target = (environment or {}).get("COUPON_RFM_TARGET", "")
    arguments = [
        *command,
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *("--vars", variables_text),
    ]
    settings = {
        "COUPON_RFM_ODS_PATH": str(ods_path),
        "COUPON_RFM_DB_PATH": str(_current_folder(folder) / WAREHOUSE_NAME),
        "DBT_USE_COLORS": "false",
        **(environment or {}),
    }
    printed = folder / "output.txt"
    _bring_parsed_project(folder / "target", variables_text + target)
    process = _server.Process(target=_invoke, args=(arguments, settings, str(printed)))
    process.start()
    process.join(LONGEST_RUN_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    _keep_parsed_project(folder / "target", variables_text + target)
    output = COLOUR.sub("", printed.read_text(encoding="utf-8", errors="replace"))
    return Run(process.exitcode, output, folder / WAREHOUSE_NAME, folder / "target")


# dbt parses the project anew when a var or the path of the warehouse has changed (2 s and more). So
# the warehouse is always at the same path, a link to the folder of the run, and the parsed project
# of the last run with the same vars and target is brought along. dbt itself checks whether files
# have changed.
_shared = Path(tempfile.mkdtemp(prefix="coupon_rfm_tests_"))
atexit.register(shutil.rmtree, _shared, ignore_errors=True)


def _current_folder(folder: Path) -> Path:
    link = _shared / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.resolve(), target_is_directory=True)
    return link


def _kept_project(key: str) -> Path:
    return _shared / f"{hashlib.sha256(key.encode()).hexdigest()}.msgpack"


def _bring_parsed_project(target: Path, key: str) -> None:
    kept = _kept_project(key)
    if kept.exists() and not (target / PARSED_PROJECT).exists():
        target.mkdir(exist_ok=True)
        shutil.copy(kept, target / PARSED_PROJECT)


def _keep_parsed_project(target: Path, key: str) -> None:
    if (target / PARSED_PROJECT).exists():
        shutil.copy(target / PARSED_PROJECT, _kept_project(key))


def _invoke(arguments: list[str], settings: dict[str, str], printed: str) -> None:
    """In the forked process: run dbt with its output in a file, and exit with its code."""
    os.environ.update(settings)
    descriptor = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    os.chdir(ROOT)
    sys.argv = ["dbt", *arguments]  # dbt looks for deprecated options there
    exit_code = 1
    try:
        from dbt.cli.main import cli

        if CLOCK in settings:
            _set_clock(settings[CLOCK])

        cli(arguments, standalone_mode=True)
    except SystemExit as stop:
        exit_code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()  # a forked process skips them, and dbt-duckdb closes the file there
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)


def _set_clock(day: str) -> None:
    """Give the project another clock; dbt's own stays that of the machine."""
    from dbt.context import base

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return cls.fromisoformat(day).replace(tzinfo=tz)

    context = base.get_datetime_module_context() | {"datetime": Clock}
    base.get_datetime_module_context = lambda: context
