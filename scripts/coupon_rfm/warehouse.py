"""The way from Python into the warehouse: dbt in this process, and the connection of its adapter.

No query here knows an engine: what `profiles.yml` can reach can be tested and exported.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from dbt.adapters.base import BaseAdapter
from dbt.adapters.factory import get_adapter_by_type
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from coupon_rfm import ROOT
from coupon_rfm.spark.java import require_java

ROWS_PER_CHUNK = 10_000
ANSI_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class QueryError(click.ClickException):
    """The engine cannot be reached or refuses a query; the message is the engine's."""


project_dir_option = click.option(
    "--project-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="The dbt project.  [default: the one this script belongs to]",
)


variables_option = click.option("--vars", "variables", help="Variables of the project, as for dbt.")


def project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add to a click command the options that choose the project and its target."""
    for option in (
        click.option("--target", help="Target of profiles.yml.  [default: the profile's own]"),
        project_dir_option,
    ):
        command = option(command)
    return command


def plain(message: object) -> str:
    """Return a message of dbt without its terminal colours."""
    return ANSI_CODE.sub("", str(message)).strip()


class Project:
    """A dbt project, run in this process.

    The process moves into the project's folder: that is where relative paths begin that an engine
    resolves itself.
    """

    def __init__(
        self,
        folder: Path,
        target: str | None = None,
        variables: str | None = None,
        artifacts: str | None = None,
    ) -> None:
        """Choose the project in `folder`; `artifacts` names a folder below dbt's target path.

        Who works with two targets gives each one of its own: dbt parses the project anew when it
        finds there what another target has left.
        """
        folder = folder.resolve()
        profiles = Path(os.environ.get("DBT_PROFILES_DIR") or folder).resolve()
        os.chdir(folder)
        self._manifest: Manifest | None = None
        self._options = ["--project-dir", str(folder), "--profiles-dir", str(profiles)]
        if artifacts:
            artifacts = f"{os.environ.get('DBT_TARGET_PATH') or 'target'}/{artifacts}"
            self._options += ["--target-path", artifacts, "--log-path", artifacts]
        if target:
            self._options += ["--target", target]
        if variables:
            self._options += ["--vars", variables]

    def dbt(
        self, command: str, *options: str, on_event: Callable[[Any], None] | None = None
    ) -> dbtRunnerResult:
        """Run a dbt command silently; its events go to `on_event`.

        It leaves alone what the last command of a user has left: manifest.json, run_results.json.
        """
        runner = dbtRunner(self._manifest, callbacks=[on_event] if on_event else [])
        silently = ["--log-level", "none", "--no-write-json"]
        return runner.invoke([*silently, command, *self._options, *options])

    def dbt_aloud(self, command: str, *options: str) -> dbtRunnerResult:
        """Run a dbt command as a console does: it prints, and writes its artifacts."""
        return dbtRunner(self._manifest).invoke([command, *self._options, *options])

    def manifest(self) -> Manifest:
        """Return the parsed project.

        Raises:
            click.ClickException: the project or its profile cannot be read, or its target is a
                Spark in this process and there is no Java.
        """
        if self._manifest is None:
            parsed = self.dbt("parse")
            if not isinstance(parsed.result, Manifest):
                raise click.ClickException(
                    f"dbt cannot read the project: {plain(parsed.exception)}"
                )
            self._manifest = parsed.result
            if getattr(self._adapter().config.credentials, "method", None) == "session":
                require_java()
        return self._manifest

    def require_warehouse(self) -> None:
        """Stop when the warehouse is a file that is not there (to connect would create it).

        Raises:
            click.ClickException: nothing has been built yet.
        """
        path = self.warehouse()
        if path and not Path(path).is_file():
            raise click.ClickException(
                f"there is no warehouse at {path} yet: run `dbt build` first."
            )

    @contextmanager
    def query(self, sql: str) -> Iterator[tuple[list[str], Iterator[tuple]]]:
        """Run a query; give its column names and its rows, fetched in chunks.

        Raises:
            QueryError: the engine cannot be reached or refuses the query.
        """
        adapter = self._adapter()
        with adapter.connection_named("coupon_rfm"):
            try:
                _, cursor = adapter.connections.add_query(sql, auto_begin=False)
            except Exception as error:  # a driver that cannot connect raises what it likes
                raise QueryError(plain(error)) from error
            yield [column[0] for column in cursor.description], _rows(cursor)

    def target_path(self) -> Path:
        """Return the folder of dbt's artifacts."""
        return Path(self._adapter().config.project_target_path)

    def warehouse(self) -> str | None:
        """Return the file of the warehouse, None when it is not a file."""
        path = getattr(self._adapter().config.credentials, "path", None)
        return path if path and path != ":memory:" and "://" not in path else None

    def engine(self) -> str:
        """Return what runs the target: duckdb or spark."""
        return self.manifest().metadata.adapter_type

    def _adapter(self) -> BaseAdapter:
        """Return the adapter of the last dbt command, which stays usable after it."""
        return get_adapter_by_type(self.engine())


def _rows(cursor: Any) -> Iterator[tuple]:
    """Yield the rows of a cursor; only those of Spark sessions cannot fetch in chunks."""
    fetch = getattr(cursor, "fetchmany", None) or getattr(
        getattr(cursor, "_cursor", None), "fetchmany", None
    )
    if fetch is None:
        yield from cursor.fetchall()
        return
    while chunk := fetch(ROWS_PER_CHUNK):
        yield from chunk
