"""scripts/repair_warehouse.py after a build whose Spark was killed in the middle of a table."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import click
import pytest

from coupon_rfm.spark.cluster import LocalCluster, Settings
from coupon_rfm.warehouse import QueryError
from project import ROOT
from repair_warehouse import folder_in_the_way, remove
from small_project import run, write_files
from spark import needs_spark

DBT = (Path(sys.executable).with_name("dbt"), "--no-use-colors")
SLOW = "aggregate(sequence(1, {{ var('work') }}), id, (sum, term) -> (sum * 31 + term) % 1000003)"
PROJECT_FILES = {
    "dbt_project.yml": """
        name: tiny
        profile: tiny
        flags: {send_anonymous_usage_stats: false}
        vars: {work: 10}
        models: {+materialized: table, +schema: ads}
        """,
    "profiles.yml": """
        tiny:
          target: local
          outputs:
            local: {type: duckdb, path: tiny.duckdb}
            cluster:
              type: spark
              method: thrift
              host: 127.0.0.1
              port: "{{ env_var('COUPON_RFM_SPARK_PORT') | as_number }}"
              user: dbt
              schema: tiny
              poll_interval: 1
            session:
              type: spark
              method: session
              host: localhost
              schema: tiny
              server_side_parameters:
                spark.master: local[1]
                spark.driver.host: 127.0.0.1
                spark.driver.bindAddress: 127.0.0.1
                spark.ui.enabled: "false"
                spark.sql.shuffle.partitions: "1"
                spark.sql.warehouse.dir: "{{ env_var('TINY_FOLDER', '.') }}/warehouse"
                spark.hadoop.javax.jdo.option.ConnectionURL:
                  jdbc:derby:;databaseName={{ env_var('TINY_FOLDER', '.') }}/derby;create=true
        """,
    "models/quick.sql": "select 1 as one",
    "models/quick_too.sql": "select 2 as two",
    "models/watched.sql": "{{ config(materialized='view') }} select * from {{ ref('quick') }}",
}
SPARK_FILES = PROJECT_FILES | {
    # A killed Spark leaves .spark-staging-* in one with partitions, _temporary in one without.
    "models/parted.sql": f"""
        {{{{ config(file_format='parquet', partition_by='part') }}}}
        select id, {SLOW} as total, id % 2 as part from range(0, 2000, 1, 2)
        """,
    "models/plain.sql": f"""
        {{{{ config(file_format='parquet') }}}}
        select id, {SLOW} as total from range(0, 2000, 1, 2)
        """,
}


def repair(project: Path, *options: object, port: int = 0) -> CompletedProcess[str]:
    script = ROOT / "scripts" / "repair_warehouse.py"
    environment = {"COUPON_RFM_SPARK_PORT": str(port), "TINY_FOLDER": str(project)}
    command = (sys.executable, script, "--project-dir", project, *options)
    return run(*command, folder=project, environment=environment)


def test_a_duckdb_warehouse_has_nothing_to_repair(tmp_path: Path) -> None:
    done = repair(write_files(tmp_path, PROJECT_FILES))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "nothing to repair: a killed build leaves no folders in duckdb.\n"
    assert not (tmp_path / "tiny.duckdb").exists()


def test_help_warns_of_running_builds(tmp_path: Path) -> None:
    done = repair(tmp_path, "--help")
    assert done.returncode == 0
    assert "while a build is" in done.stdout and "--dry-run" in done.stdout


class StubbornCatalog:
    """Stands for a `Project` whose catalog removes no folder, and notes what it is asked."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.statements: list[str] = []

    @contextmanager
    def query(self, sql: str) -> Iterator[tuple[list[str], list[tuple]]]:
        self.statements.append(sql)
        if sql.startswith("create table"):
            literal = self.folder.replace("'", "\\'")
            raise QueryError(
                "Runtime Error\n  [LOCATION_ALREADY_EXISTS] Cannot name the managed table as `x`, "
                f"as its associated location '{literal}' already exists. Please\n\tat org.x"
            )
        yield [], []


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("file:/data/it's/ads.db/x", """rm -r '/data/it'"'"'s/ads.db/x'"""),
        ("hdfs://name:8020/wh/ads.db/x", "hdfs dfs -rm -r hdfs://name:8020/wh/ads.db/x"),
    ],
)
def test_a_folder_that_stays_is_left_to_the_user_with_a_command(folder: str, command: str) -> None:
    catalog = StubbornCatalog(folder)
    assert folder_in_the_way(catalog, "ads.x") == folder
    with pytest.raises(click.ClickException) as error:
        remove(catalog, "ads.x", folder)
    assert error.value.message == f"{folder} is still there; remove it by hand: {command}"
    created, dropped = catalog.statements[2:4]
    schema = created.split()[2]
    quoted = folder.replace("'", "\\'")
    assert created == f"create schema {schema} location '{quoted}'"
    assert dropped == f"drop schema {schema} cascade"


def test_a_folder_that_has_changed_meanwhile_is_not_removed() -> None:
    catalog = StubbornCatalog("file:/data/ads.db/other")
    remove(catalog, "ads.x", "file:/data/ads.db/x")
    assert not any("schema" in statement for statement in catalog.statements)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    settings = Settings(workers=1, worker_memory=700, driver_memory=700, port=0)
    cluster = LocalCluster(tmp_path_factory.mktemp("it's a spark"), settings)
    cluster.up()
    yield cluster
    cluster.down()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("tiny"), SPARK_FILES)


def build(project: Path, cluster: LocalCluster, *options: str) -> CompletedProcess[str]:
    command = (*DBT, "build", "--target", "cluster", "--profiles-dir", ".", *options)
    return run(*command, folder=project, environment=cluster.environment())


def kill_while_building(model: str, project: Path, cluster: LocalCluster) -> Path:
    """Kill the Thrift Server while it writes a table that was built before; return its folder."""
    folder = cluster.folder / "warehouse" / "tiny_ads.db" / model
    before = set(folder.glob("*"))
    command = [*DBT, "build", "--target", "cluster", "--profiles-dir", ".", "--select", model]
    options = ["--vars", "work: 2000000"]
    environment = {**os.environ, **cluster.environment()}
    with subprocess.Popen(
        [*command, *options], cwd=project, env=environment, stdout=subprocess.DEVNULL
    ) as dbt:
        while dbt.poll() is None and not unfinished(folder):
            time.sleep(0.1)
        os.kill(cluster.processes()["thrift-server"].pid, signal.SIGKILL)
        assert dbt.wait(60) == 1
    assert unfinished(folder) and before.isdisjoint(folder.glob("*"))
    return folder


def unfinished(folder: Path) -> bool:
    return any(folder.glob(".spark-staging-*")) or any(folder.glob("_temporary"))


@needs_spark
@pytest.mark.soak
@pytest.mark.parametrize("model", ["parted", "plain"])
def test_a_table_whose_build_was_killed_is_repaired(
    model: str, project: Path, cluster: LocalCluster
) -> None:
    done = build(project, cluster)
    assert done.returncode == 0, done.stdout
    port = cluster.settings.port
    done = repair(project, "--target", "cluster", port=port)
    assert (done.returncode, done.stdout) == (
        0,
        "nothing to repair: no folder stands in the way of a table.\n",
    )

    folder = kill_while_building(model, project, cluster)
    assert cluster.up() == ["thrift-server"]
    done = build(project, cluster)
    assert done.returncode == 1 and "LOCATION_ALREADY_EXISTS" in done.stdout

    named = f"tiny_ads.{model} is no table, but its folder is there: file:{folder}\n"
    for options in (["--dry-run"], ["--dry-run", "--yes"], []):  # there is no terminal to ask
        done = repair(project, "--target", "cluster", *options, port=port)
        assert (done.returncode, done.stdout) == (1, named), done.stderr
        assert unfinished(folder)

    done = repair(project, "--target", "cluster", "--yes", port=port)
    assert (done.returncode, done.stdout) == (
        0,
        f"{named}removed 1; now run `dbt build --target cluster`.\n",
    )
    assert not folder.exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted(
        {"parted", "plain", "quick", "quick_too"} - {model}
    )
    done = build(project, cluster)
    assert done.returncode == 0, done.stdout
    assert not unfinished(folder) and any(folder.rglob("*.parquet"))


@needs_spark
@pytest.mark.soak
def test_a_session_is_repaired_in_the_same_way(cluster: LocalCluster, tmp_path: Path) -> None:
    project = write_files(tmp_path, PROJECT_FILES)
    options = ("--target", "session", "--profiles-dir", ".")
    environment = cluster.environment() | {"TINY_FOLDER": str(project)}
    write_files(project, {"warehouse/tiny_ads.db/quick_too/_temporary/part": "half of a row"})
    done = run(*DBT, "build", *options, folder=project, environment=environment)
    assert "PASS=2 WARN=0 ERROR=1" in done.stdout and "LOCATION_ALREADY_EXISTS" in done.stdout
    done = repair(project, "--target", "session", "--yes")
    folder = project / "warehouse" / "tiny_ads.db" / "quick_too"
    assert (
        f"tiny_ads.quick_too is no table, but its folder is there: file:{folder}\n" in done.stdout
    )
    assert done.returncode == 0 and not folder.exists()
    done = run(*DBT, "build", *options, folder=project, environment=environment)
    assert done.returncode == 0, done.stdout
