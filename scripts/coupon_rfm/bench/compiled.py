"""What dbt sends to DuckDB, without dbt: `record RAW FOLDER`, then `replay FOLDER [--tests]`.

Recording is a `dbt build` that notes every statement. Replaying runs them in order, in one
connection to a new warehouse: hooks and models, and the data tests with --tests. Seeds are copied,
and the looks at raw files from outside SQL (coupon_rfm.raw_files) are left out.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import click
import duckdb

WAREHOUSE = "coupon_rfm.duckdb"
STATEMENTS = "statements.json"
HEADER = re.compile(r"^/\*.*?\*/", re.DOTALL)  # dbt's comment on the node
PLUGIN_CALL = re.compile(r"\bcoupon_rfm_\w+\(")  # a folder may have such a name


def can_be_replayed(sql: str) -> bool:
    """Whether DuckDB takes a statement without dbt around it."""
    return sql not in ("BEGIN", "COMMIT") and not PLUGIN_CALL.search(sql)


@click.group(help=__doc__)
def main() -> None:
    """Choose a command."""


@main.command()
@click.argument("raw", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def record(raw: Path, folder: Path) -> None:
    """Build the warehouse of RAW in FOLDER; note what dbt executes."""
    from dbt.cli.main import dbtRunner

    statements: list[tuple[str, str]] = []

    def note(event: Any) -> None:
        if event.info.name == "SQLQuery":
            node = event.data.node_info
            sql = HEADER.sub("", event.data.sql).strip()
            if node.resource_type == "seed":  # its rows are no part of the event
                table = f"{node.node_relation.schema}.{node.node_relation.alias}"
                sql = f"create or replace table {table} as from recorded.{table}"
            if can_be_replayed(sql):
                statements.append((node.resource_type, sql))

    os.environ["COUPON_RFM_ODS_PATH"] = str(raw)
    os.environ["COUPON_RFM_DB_PATH"] = str(folder / WAREHOUSE)
    folder.mkdir(parents=True, exist_ok=True)
    options = ("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"))
    build = ["--log-level", "none", "--log-level-file", "none", "build", "--threads", "1"]
    if not dbtRunner(callbacks=[note]).invoke([*build, *options]).success:
        raise click.ClickException(f"dbt build of {raw} failed.")
    (folder / STATEMENTS).write_text(json.dumps(statements), encoding="utf-8")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--tests", is_flag=True, help="Run the data tests too.")
def replay(folder: Path, out: Path, tests: bool) -> None:
    """Build the warehouse of the recording in FOLDER again, in OUT."""
    statements = json.loads((folder / STATEMENTS).read_text(encoding="utf-8"))
    (out / WAREHOUSE).unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    settings = {"storage_compatibility_version": "v1.4.0"}
    with duckdb.connect(out / WAREHOUSE, config=settings) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{folder / WAREHOUSE}' as recorded (read_only)")
        for kind, sql in statements:
            if tests or kind != "test":
                connection.execute(sql).fetchall()


if __name__ == "__main__":
    main()
