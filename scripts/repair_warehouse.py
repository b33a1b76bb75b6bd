"""Remove what a killed Spark build has left in place of a table.

dbt drops a table and then creates it anew. A Spark that is killed in between leaves a folder of
half-written files and no table, and every later build stops with LOCATION_ALREADY_EXISTS. Do not
run this while a build is running: the table that it is writing looks the same.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from uuid import uuid4

import click
from dbt.contracts.graph.manifest import Manifest

from coupon_rfm.warehouse import Project, QueryError, project_options

STORED = {"table", "incremental", "seed", "snapshot"}
FOLDER_IN_THE_WAY = re.compile(
    r"LOCATION_ALREADY_EXISTS.*?location '([^\n]+?)' already exists", re.S
)
STACK_TRACE = re.compile(r"\n\s+at ")


@click.command(help=__doc__)
@click.option("--yes", is_flag=True, help="Remove without asking.")
@click.option(
    "--dry-run", is_flag=True, help="Only name the folders; exit with 1 if there are any."
)
@project_options
def main(yes: bool, dry_run: bool, target: str | None, project_dir: Path) -> None:
    """Find the folders, name them, and remove them on confirmation."""
    project = Project(project_dir, target)
    engine = project.engine()
    if engine != "spark":
        click.echo(f"nothing to repair: a killed build leaves no folders in {engine}.")
        return
    folders = orphans(project, tables_without_catalog_entry(project))
    if not folders:
        click.echo("nothing to repair: no folder stands in the way of a table.")
        return
    for table, folder in folders.items():
        click.echo(f"{table} is no table, but its folder is there: {folder}")
    if dry_run or not (yes or confirmed()):
        click.echo("left as they are; `--yes` removes without asking.", err=True)
        sys.exit(1)
    for table, folder in folders.items():
        remove(project, table, folder)
    command = f"dbt build --target {target}" if target else "dbt build"
    click.echo(f"removed {len(folders)}; now run `{command}`.")


def confirmed() -> bool:
    """Ask, where somebody can answer."""
    question = "Remove what is in there? (Not while a build is running.)"
    return sys.stdin.isatty() and click.confirm(question)


def tables_without_catalog_entry(project: Project) -> list[str]:
    """Return the tables of the project that do not exist, of schemas that do."""
    expected = stored_tables(project.manifest())
    missing = []
    known_schemas = {row[0] for row in execute(project, "show schemas")}
    for schema in sorted({schema for schema, _ in expected}):
        if schema not in known_schemas:
            click.echo(f"schema {schema} is not in the catalog: not searched.", err=True)
            continue
        known = {row[1] for row in execute(project, f"show tables in `{schema}`")}
        missing += [
            f"{schema}.{name}"
            for schema_of_table, name in expected
            if schema_of_table == schema and name not in known
        ]
    return missing


def stored_tables(manifest: Manifest) -> list[tuple[str, str]]:
    """Return schema and name of everything in the project that has files of its own."""
    return sorted(
        (node.schema.lower(), node.alias.lower())
        for node in manifest.nodes.values()
        if node.config.materialized in STORED and node.config.enabled
    )


def orphans(project: Project, tables: list[str]) -> dict[str, str]:
    """Return the folder that stands in the way of a table, by table."""
    folders = {table: folder_in_the_way(project, table) for table in tables}
    return {table: folder for table, folder in folders.items() if folder}


def folder_in_the_way(project: Project, table: str) -> str | None:
    """Try to create a table that does not exist; return the folder that Spark complains about."""
    try:
        execute(project, f"create table {table} (probe int) using parquet")
    except QueryError as error:
        found = FOLDER_IN_THE_WAY.search(error.message)
        if found is None:
            raise
        return re.sub(r"\\(.)", r"\1", found[1])  # it is quoted as a literal of SQL
    execute(project, f"drop table {table}")
    return None


def remove(project: Project, table: str, folder: str) -> None:
    """Let the catalog remove a folder, which works on every file system that Spark can write to.

    The folder becomes that of a schema, and goes with it.

    Raises:
        click.ClickException: it is still there; says how to remove it by hand.
    """
    if folder_in_the_way(project, table) != folder:
        return  # somebody else has removed it
    schema = f"coupon_rfm_orphan_{uuid4().hex[:8]}"
    execute(project, f"create schema {schema} location {text_literal(folder)}")
    execute(project, f"drop schema {schema} cascade")
    if folder_in_the_way(project, table):
        tool = "rm -r" if folder.startswith("file:") else "hdfs dfs -rm -r"
        path = folder.removeprefix("file:")
        raise click.ClickException(
            f"{folder} is still there; remove it by hand: {tool} {shlex.quote(path)}"
        )


def execute(project: Project, sql: str) -> list[tuple]:
    """Run a statement; return its rows.

    Raises:
        QueryError: the engine refuses it; without the stack trace of Java.
    """
    try:
        with project.query(sql) as (_, rows):
            return list(rows)
    except QueryError as error:
        raise QueryError(STACK_TRACE.split(error.message)[0]) from error


def text_literal(text: str) -> str:
    """Return a text as a literal of Spark SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


if __name__ == "__main__":
    main()
