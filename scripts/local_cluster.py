"""Start and stop a small Spark cluster on this machine, behind a Thrift Server."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import click

from coupon_rfm.spark.cluster import DEFAULT_FOLDER, LocalCluster, Settings
from coupon_rfm.spark.processes import LOOPBACK

SMALLEST_MEMORY_MIB = 600  # Spark refuses a JVM of less than 450 MiB

folder_option = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_FOLDER,
    show_default="warehouse/spark/cluster of the project",
    help="Holds all that the cluster writes: tables, metastore, logs, state.json.",
)


class Memory(click.ParamType):
    """An amount of memory such as 900m or 2g, in MiB."""

    name = "memory"

    def convert(self, value: object, param: object, ctx: object) -> int:
        """Return MiB."""
        found = re.fullmatch(r"(\d+)([mg])", str(value).lower())
        mib = int(found[1]) * (1024 if found[2] == "g" else 1) if found else 0
        if mib < SMALLEST_MEMORY_MIB:
            self.fail(f"{value!r} is no amount of at least {SMALLEST_MEMORY_MIB}m, such as 2g.")
        return mib


class SparkSetting(click.ParamType):
    """A setting of Spark, KEY=VALUE."""

    name = "key=value"

    def convert(self, value: object, param: object, ctx: object) -> tuple[str, str]:
        """Return key and value."""
        key, separator, text = str(value).partition("=")
        if not (separator and re.fullmatch(r"spark\.[\w.-]+", key)):
            self.fail(f"{value!r} is not of the form spark.KEY=VALUE.")
        return key, text


@click.group(help=__doc__)
def main() -> None:
    """Choose a command."""


@main.command(context_settings={"show_default": True})
@folder_option
@click.option("--workers", type=click.IntRange(1), default=2)
@click.option("--worker-cores", type=click.IntRange(1), default=1)
@click.option("--worker-memory", type=Memory(), default="1g", help="An executor gets 7/8 of it.")
@click.option("--driver-memory", type=Memory(), default="1g", help="Of the Thrift Server.")
@click.option("--port", type=click.IntRange(0, 65535), default=10000, help="0: a free one.")
@click.option("--conf", type=SparkSetting(), multiple=True, help="For Spark; repeatable.")
@click.option("--timeout", type=click.IntRange(1), default=180, help="Seconds to wait for it.")
def up(folder: Path, timeout: int, conf: tuple[tuple[str, str], ...], **options: int) -> None:
    """Start the cluster, or what has died of it, and print how to reach it.

    eval "$(python scripts/local_cluster.py up)" makes it the target of dbt in this shell.
    """
    settings = Settings(**options, conf=dict(conf))
    cluster = LocalCluster(folder, settings, progress=lambda line: click.echo(line, err=True))
    if not cluster.up(timeout):
        click.echo("nothing to do: the cluster is up", err=True)
    for name, value in cluster.environment().items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.command()
@folder_option
@click.option("--purge", is_flag=True, help="Remove the folder too, with all tables.")
def down(folder: Path, purge: bool) -> None:
    """Stop the cluster; its tables stay for the next `up`."""
    cluster = LocalCluster(folder)
    stopped = cluster.down()
    click.echo(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running", err=True)
    if purge:
        cluster.purge()
        click.echo(f"removed {cluster.folder}", err=True)


@main.command()
@folder_option
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def status(folder: Path, as_json: bool) -> None:
    """Tell what runs; exit with 1 when something is missing."""
    cluster = LocalCluster(folder)
    found = cluster.status()
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif not cluster.processes():
        click.echo(f"no cluster is running in {cluster.folder}")
    else:
        for role in found["missing"]:
            click.echo(f"{role:15} dead     {cluster.log_path(role)}")
        for role, pid in found["pids"].items():
            click.echo(f"{role:15} {pid:<8} alive")
        wanted = cluster.settings.workers
        click.echo(f"workers         {found['registered_workers']} of {wanted} known to the master")
        click.echo(f"address         {LOOPBACK}:{found['port']} (Thrift, jdbc:hive2://)")
    sys.exit(0 if found["whole"] else 1)


if __name__ == "__main__":
    main()
