"""The whole project on a cluster: as DuckDB has it, after a worker or the driver was killed too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Generate
from coupon_rfm.spark.cluster import THRIFT_SERVER, LocalCluster, Settings
from project import ROOT, WAREHOUSE_NAME
from spark import needs_spark

pytestmark = [pytest.mark.soak, needs_spark]
DBT = Path(sys.executable).with_name("dbt")
LONGEST_WAIT_SECONDS = 600


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    folder = tmp_path_factory.mktemp("spark") / "cluster"
    running = LocalCluster(folder, Settings(worker_memory=2048, driver_memory=1536, port=0))
    running.up(300)
    yield running
    running.down()


@pytest.fixture(scope="module")
def environment(
    cluster: LocalCluster, generate: Generate, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The variables of a warehouse of each kind, of the same raw files."""
    folder = tmp_path_factory.mktemp("warehouse")
    return {
        **os.environ,
        **cluster.environment(),
        "COUPON_RFM_ODS_PATH": str(generate(seed=5, sends=20_000)),
        "COUPON_RFM_DB_PATH": str(folder / WAREHOUSE_NAME),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_USE_COLORS": "false",
    }


@pytest.fixture(scope="module", autouse=True)
def local_warehouse(environment: dict[str, str]) -> None:
    """What the cluster must have in the end."""
    finished(start_build(environment | {"COUPON_RFM_TARGET": "local"}))


def test_whole_build(environment: dict[str, str]) -> None:
    output = finished(start_build(environment))
    assert "Completed successfully" in output
    require_equality(environment)


def test_a_worker_is_killed_in_the_middle(
    cluster: LocalCluster, environment: dict[str, str]
) -> None:
    """The other worker takes over its tasks: the same build still succeeds."""
    build = start_build(environment)
    wait_for(lambda: "OK created sql table model dwd." in printed(build), build)
    os.kill(cluster.processes()["worker-1"].pid, signal.SIGKILL)
    finished(build)
    require_equality(environment)
    cluster.up(300)


def test_the_driver_is_killed_in_a_full_build_of_a_table(
    cluster: LocalCluster, environment: dict[str, str]
) -> None:
    """The folder of the table that was being written stops every build until it is repaired."""
    tables = cluster.folder / "warehouse" / "dws.db"
    build = start_build(environment)
    wait_for(lambda: any(tables.glob("*/_temporary")), build)
    os.kill(cluster.processes()[THRIFT_SERVER].pid, signal.SIGKILL)
    assert build.wait(LONGEST_WAIT_SECONDS) == 1
    cluster.up(300)

    blocked = start_build(environment)
    assert blocked.wait(LONGEST_WAIT_SECONDS) == 1
    assert "LOCATION_ALREADY_EXISTS" in printed(blocked)

    named = repair(environment, "--dry-run")
    assert named.returncode == 1
    assert f"{tables}/dws_" in named.stdout
    mended = repair(environment, "--yes")
    assert mended.returncode == 0, mended.stderr
    finished(start_build(environment))
    require_equality(environment)


def start_build(environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start `dbt build` without its tests, printing into a file."""
    output = Path(environment["DBT_LOG_PATH"]).with_suffix(f".{time.monotonic_ns()}.txt")
    with output.open("w", encoding="utf-8") as file:
        command = [DBT, "build", "--selector", "models"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    process.output = output
    return process


def printed(process: subprocess.Popen[str]) -> str:
    return process.output.read_text(encoding="utf-8", errors="replace")


def wait_for(condition: Callable[[], bool], build: subprocess.Popen[str]) -> None:
    """Wait until a running build has come so far."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not condition():
        assert build.poll() is None, printed(build)[-3000:]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def finished(build: subprocess.Popen[str]) -> str:
    """Wait for a build that must succeed; return what it printed."""
    assert build.wait(LONGEST_WAIT_SECONDS) == 0, printed(build)[-5000:]
    return printed(build)


def require_equality(environment: dict[str, str]) -> None:
    done = script("compare_targets.py", environment, "local", "cluster")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[:3000]


def repair(environment: dict[str, str], option: str) -> subprocess.CompletedProcess[str]:
    return script("repair_warehouse.py", environment, "--target", "cluster", option)


def script(
    name: str, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / name), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
