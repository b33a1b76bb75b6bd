"""Runs the dbt project on a folder of raw files, isolated from the checkout and from other runs.

Every run is a process of its own with its own warehouse, target and log folder. It is forked from a
process that has imported dbt (1.5 s of CPU), parsed the project (7 s) and compiled its macros (2 s)
and done nothing else, so that no run leaves anything to the next; dbt takes a parsed project as it
is. Few settings change what is parsed (CHANGE_THE_GRAPH); a run with one of them begins from
nothing.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import datetime
import functools
import gc
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
WAREHOUSE_NAME = "coupon_rfm.duckdb"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_RUN_SECONDS = 1800
# In the environment of a run: the day 'YYYY-MM-DD' that the project shall take for today.
CLOCK = "COUPON_RFM_TESTS_CLOCK"

# The settings that models read to choose what they read from, or how they are kept.
CHANGE_THE_GRAPH = frozenset({"segment_basis", "lake_format"})

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["dbt.cli.main", "dbt.task.build", "dbt.adapters.duckdb"])


@dataclass(frozen=True)
class Run:
    """What one dbt command left: its exit code, what it printed, and its warehouse."""

    exit_code: int
    output: str
    warehouse: Path
    target: Path

    @classmethod
    def of(cls, folder: Path) -> Run:
        """The successful run that has written into a folder."""
        output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
        return cls(0, COLOUR.sub("", output), folder / WAREHOUSE_NAME, folder / "target")

    def copy_to(self, folder: Path) -> Path:
        """A copy of the warehouse in a folder, for whoever writes."""
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(self.warehouse, folder / WAREHOUSE_NAME))

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
    project: Path | None = None,
) -> Run:
    """Run `dbt <command>` of the checkout on `ods_path`, with all it writes in `folder`.

    It begins with the parsed checkout and writes neither artifacts nor a log unless asked to, which
    saves half of a short run. `project` names a folder to parse instead, and to run as a user does:
    a changed copy, or the checkout itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "COUPON_RFM_ODS_PATH": str(ods_path),
        "COUPON_RFM_DB_PATH": str(folder / WAREHOUSE_NAME),
        "DBT_USE_COLORS": "false",
        **({} if project else {"DBT_LOG_LEVEL_FILE": "none", "DBT_WRITE_JSON": "false"}),
        **(environment or {}),
    }
    arguments = [
        *command,
        *("--project-dir", str(project or ROOT), "--profiles-dir", str(project or ROOT)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *("--vars", json.dumps(dict(variables or {}), ensure_ascii=False)),
    ]
    printed = folder / "output.txt"
    is_another = settings.get("COUPON_RFM_TARGET", "local") != "local"
    if project or is_another or CHANGE_THE_GRAPH & (variables or {}).keys():
        process = _processes.Process(target=_invoke, args=(arguments, settings, str(printed)))
        process.start()
        process.join()
        exit_code = process.exitcode
    else:
        server = _parsed_checkout()
        server.send((arguments, settings, str(printed)))
        exit_code = server.recv()
    return dataclasses.replace(Run.of(folder), exit_code=exit_code)


def parsed_folder() -> Path:
    """The target folder of a `dbt parse` of the checkout, with its manifest.json."""
    _parsed_checkout()
    return _temporary_folder() / "target"


@functools.cache
def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="coupon_rfm_tests_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _parsed_checkout() -> Connection:
    """The process that runs of the checkout are forked from: it gets arguments of `_invoke`."""
    folder = _temporary_folder()
    ours, theirs = _processes.Pipe()
    process = _processes.Process(target=_serve, args=(theirs, str(folder)), daemon=True)
    process.start()
    theirs.close()
    atexit.register(process.join)
    atexit.register(ours.close)  # which ends the process
    assert ours.recv(), (folder / "output.txt").read_text(encoding="utf-8")
    return ours


def _serve(connection: Connection, folder: str) -> None:
    """In the process that has parsed the checkout: fork a run for each message."""
    from dbt.cli.main import dbtRunner
    from dbt_common.clients.jinja import template_cache

    # The name of the warehouse is part of the parsed project, its folder is not.
    os.environ["COUPON_RFM_DB_PATH"] = f"{folder}/{WAREHOUSE_NAME}"
    os.chdir(ROOT)
    parse = ["parse", "--target-path", f"{folder}/target", "--log-path", f"{folder}/logs"]
    printed = Path(folder, "output.txt")
    with printed.open("w", encoding="utf-8") as output, contextlib.redirect_stdout(output):
        manifest = dbtRunner().invoke(parse).result
    connection.send(manifest is not None)
    for macro in manifest.macros.values() if manifest else ():
        template_cache.get_node_template(macro)
    gc.freeze()  # no run walks through what all of them share, nor copies it
    with contextlib.suppress(EOFError):  # the tests have ended
        while True:
            run = connection.recv()
            pid = os.fork()
            if pid == 0:
                _invoke(*run, manifest)
            connection.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _invoke(
    arguments: list[str], settings: dict[str, str], printed: str, manifest: object = None
) -> None:
    """In the forked process: run dbt with its output in a file, and exit with its code."""
    signal.alarm(LONGEST_RUN_SECONDS)
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

        cli(arguments, standalone_mode=True, obj={"manifest": manifest})
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
