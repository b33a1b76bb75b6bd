"""scripts/local_cluster.py with real processes, and the check of Java that it begins with."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import click
import pytest

from coupon_rfm.spark import cluster as cluster_module
from coupon_rfm.spark import processes
from coupon_rfm.spark.cluster import ClusterError, LocalCluster, Settings
from coupon_rfm.spark.java import require_java, require_packages
from coupon_rfm.spark.processes import running_processes, started_process
from project import ROOT
from small_project import run
from spark import needs_spark

SMALL = ("--worker-memory", "700m", "--driver-memory", "700m")
LOOPBACK_ADDRESSES = {"0100007F", "0000000000000000FFFF00000100007F"}  # in /proc/net/tcp and tcp6
LISTENING = "0A"


def local_cluster(folder: Path, *words: object) -> CompletedProcess[str]:
    command, *options = words
    script = ROOT / "scripts" / "local_cluster.py"
    return run(sys.executable, script, command, "--folder", folder, *options, folder=ROOT)


# Java


def fake_java(folder: Path, version: str, modules: str = "java.base@17") -> Path:
    """Write a `java` that tells a version and has some modules; return its folder."""
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = -version ]; then echo \'openjdk version "{version}"\' >&2\n'
        f"else echo '{modules}'; fi\n",
        encoding="utf-8",
    )
    java.chmod(0o755)
    return java.parent


@pytest.mark.parametrize(
    ("version", "complaint"),
    [
        ("1.8.0_392", "needs Java 17 or newer and {java} is Java 8"),
        ("11.0.21", "needs Java 17 or newer and {java} is Java 11"),
        ("17.0.9", "{java} is a trimmed one without the module jdk.incubator.vector"),
        ("", "{java} does not tell its version"),
    ],
)
def test_a_java_that_spark_cannot_use_is_refused(
    version: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fake_java(tmp_path, version)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(click.ClickException) as error:
        require_java()
    assert complaint.format(java=folder / "java") in error.value.message
    assert "openjdk-17-jre-headless" in error.value.message


def test_a_full_java_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(tmp_path, "21", modules="jdk.incubator.vector@21")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    require_java()


def test_without_java_the_message_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(click.ClickException, match="there is none on the PATH"):
        require_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(click.ClickException, match=f"none in JAVA_HOME, {tmp_path}"):
        require_java()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coupon_rfm.spark.java.PACKAGES", ("click", "no-such-package"))
    with pytest.raises(click.ClickException, match=r"\(no-such-package missing\).*`make spark`"):
        require_packages()


def test_the_check_is_a_command_of_its_own(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "JAVA_HOME": str(tmp_path)}
    command = (sys.executable, "-m", "coupon_rfm.spark.java")
    done = run(*command, folder=tmp_path, environment=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Spark ") and done.stderr.count("\n") == 1


# Without a cluster


def test_nothing_is_running(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    status = local_cluster(folder, "status")
    assert (status.returncode, status.stdout) == (1, f"no cluster is running in {folder}\n")
    assert json.loads(local_cluster(folder, "status", "--json").stdout)["pids"] == {}
    down = local_cluster(folder, "down", "--purge")
    assert (down.returncode, down.stderr.splitlines()[0]) == (0, "nothing was running")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process
        process.kill()


def state_with(folder: Path, **process: object) -> None:
    worker = {"role": "worker-1", "port": 1, **process}
    state = {"settings": {}, "master_port": 1, "ui_port": 1, "processes": [worker]}
    folder.mkdir(exist_ok=True)
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "spark-defaults.conf").touch()
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")


def test_down_never_ends_another_process_with_the_same_pid(
    tmp_path: Path, sleeper: subprocess.Popen
) -> None:
    state_with(tmp_path, pid=sleeper.pid, started="12345")
    assert LocalCluster(tmp_path).status()["pids"] == {}
    assert LocalCluster(tmp_path).down() == []
    assert sleeper.poll() is None
    known = started_process("worker-1", sleeper.pid)
    state_with(tmp_path, pid=sleeper.pid, started=known.started)
    assert LocalCluster(tmp_path).down() == ["worker-1"]
    assert sleeper.wait(5) == -signal.SIGTERM


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        started = started_process("deaf", process.pid)
        assert processes.stop([started], patience_seconds=1) == []
        assert process.wait(5) == -signal.SIGKILL


def test_ps_tells_the_same_as_proc(sleeper: subprocess.Popen) -> None:
    running = running_processes()
    by_ps = processes._from_ps()
    assert by_ps[sleeper.pid][0] == running[sleeper.pid][0] == os.getpid()
    assert by_ps[sleeper.pid] == processes._from_ps()[sleeper.pid]


def test_a_zombie_is_not_alive(sleeper: subprocess.Popen) -> None:
    known = started_process("worker-1", sleeper.pid)
    assert known.is_alive()
    sleeper.kill()
    deadline = time.monotonic() + 5
    while known.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not known.is_alive()  # nobody has waited for it yet


@pytest.fixture
def no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `up` come as far as the first process; Spark need not be installed."""
    monkeypatch.setattr(cluster_module, "require_spark", lambda: None)
    monkeypatch.delattr(cluster_module.subprocess, "Popen")


def test_a_folder_with_other_files_is_neither_used_nor_purged(
    tmp_path: Path, no_start: None
) -> None:
    precious = tmp_path / "precious.txt"
    precious.touch()
    for use in (LocalCluster(tmp_path).up, LocalCluster(tmp_path).purge):
        with pytest.raises(ClusterError, match="are not a cluster's: name another --folder"):
            use()
    assert list(tmp_path.iterdir()) == [precious]


def test_two_do_not_work_in_a_folder_at_once(tmp_path: Path, no_start: None) -> None:
    with (tmp_path / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ClusterError, match=f"another `up` or `down` is at work in {tmp_path}"):
            LocalCluster(tmp_path).up()


def test_a_damaged_state_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{", encoding="utf-8")
    done = local_cluster(tmp_path, "status")
    assert done.returncode == 1
    assert f"{tmp_path}/state.json is damaged" in done.stderr and "Traceback" not in done.stderr


def test_a_taken_port_stops_up_before_anything_starts(tmp_path: Path, no_start: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(
            click.ClickException, match=f"port {port} .* choose another with --port"
        ):
            LocalCluster(tmp_path / "cluster", Settings(port=port)).up()
    assert not (tmp_path / "cluster" / "state.json").exists()


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--worker-memory", "1x", "such as 2g"),
        ("--driver-memory", "100m", "at least 600m"),
        ("--conf", "spark.x", "spark.KEY=VALUE"),
        ("--workers", "0", "0 is not in the range"),
    ],
)
def test_a_wrong_option_is_named(option: str, value: str, complaint: str, tmp_path: Path) -> None:
    done = local_cluster(tmp_path, "up", option, value)
    assert done.returncode == 2
    assert option in done.stderr and complaint in done.stderr


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_help(command: str, tmp_path: Path) -> None:
    done = local_cluster(tmp_path, command, "--help")
    assert done.returncode == 0 and "--folder" in done.stdout


# With a cluster. Every test leaves it whole; the last one ends it.


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a running cluster, whose name is not an easy one."""
    folder = tmp_path_factory.mktemp("spark") / "local cluster 集群"
    done = local_cluster(folder, "up", "--port", "0", *SMALL)
    try:
        assert done.returncode == 0, done.stderr
        exports = dict(shlex.split(line)[1].split("=") for line in done.stdout.splitlines())
        port = str(status_of(folder)["port"])
        assert exports == {
            "COUPON_RFM_SPARK_HOST": "127.0.0.1",
            "COUPON_RFM_SPARK_PORT": port,
            "COUPON_RFM_TARGET": "cluster",
        }
        wait_for_executors(folder, 2)
        yield folder
    finally:
        local_cluster(folder, "down")


def wait_for_executors(folder: Path, count: int) -> None:
    """`up` returns with the first of them."""
    deadline = time.monotonic() + 60
    while len(LocalCluster(folder).executors()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def status_of(folder: Path) -> dict[str, Any]:
    return json.loads(local_cluster(folder, "status", "--json").stdout)


def query(folder: Path, *statements: str) -> list[tuple]:
    """Run statements; return the rows of the last one."""
    from pyhive import hive

    with closing(hive.connect("127.0.0.1", status_of(folder)["port"], username="dbt")) as session:
        cursor = session.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def kill(folder: Path, role: str) -> int:
    """Kill a process like a machine that fails; return its pid."""
    pid = status_of(folder)["pids"][role]
    known = started_process(role, pid)
    os.kill(pid, signal.SIGKILL)
    while known.is_alive():
        time.sleep(0.05)
    return pid


def restored(folder: Path, role: str, killed: int) -> dict[str, Any]:
    """Let `up` start what was killed, and only that; return the status."""
    before = status_of(folder)
    assert not before["whole"] and before["missing"] == [role]
    assert local_cluster(folder, "status").returncode == 1
    done = local_cluster(folder, "up")
    assert done.returncode == 0, done.stderr
    assert f"{role} does not run any more" in done.stderr
    after = status_of(folder)
    assert after["whole"] and after["port"] == before["port"]
    assert after["pids"][role] != killed
    kept = [name for name in before["pids"] if not name.startswith("executor")]
    assert {name: after["pids"][name] for name in kept} == {
        name: before["pids"][name] for name in kept
    }
    return after


@needs_spark
@pytest.mark.soak
def test_the_whole_cluster_is_in_the_status(folder: Path) -> None:
    status = status_of(folder)
    assert status["whole"] and status["registered_workers"] == 2 and status["missing"] == []
    roles = ["master", "worker-1", "worker-2", "thrift-server", "executor-1", "executor-2"]
    assert list(status["pids"]) == roles
    for pid in status["pids"].values():
        assert Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") == "java\n"
    done = local_cluster(folder, "status")
    assert done.returncode == 0
    assert all(f"{role:15} {pid:<8} alive" in done.stdout for role, pid in status["pids"].items())


@needs_spark
@pytest.mark.soak
def test_queries_are_answered_with_the_settings_of_the_project(folder: Path) -> None:
    assert query(folder, "select sum(id) from range(100)") == [(4950,)]
    for key, value in {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.warehouse.dir": f"file:{folder}/warehouse",
    }.items():
        assert query(folder, f"set {key}")[0][1] in {value, value.removeprefix("file:")}


@needs_spark
@pytest.mark.soak
def test_a_second_up_changes_nothing(folder: Path) -> None:
    before = status_of(folder)
    done = local_cluster(folder, "up", "--workers", "5")
    assert done.returncode == 0
    assert "nothing to do: the cluster is up" in done.stderr
    assert "keeps the settings it was started with" in done.stderr
    assert f"export COUPON_RFM_SPARK_PORT={before['port']}\n" in done.stdout
    assert status_of(folder) == before


@needs_spark
@pytest.mark.soak
def test_everything_listens_on_this_machine_only(folder: Path) -> None:
    sockets = {
        os.readlink(link)
        for pid in status_of(folder)["pids"].values()
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if link.is_symlink()
    }
    addresses = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="utf-8").splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == LISTENING and f"socket:[{inode}]" in sockets:
                addresses.append(local.rpartition(":")[0])
    assert len(addresses) >= 10 and set(addresses) <= LOOPBACK_ADDRESSES


@needs_spark
@pytest.mark.soak
def test_what_it_writes_meanwhile_is_in_its_folder(folder: Path) -> None:
    query(folder, "select count(*) from range(1000)")
    for name in ("local", "logs", "metastore_db", "recovery", "tmp", "work"):
        assert any((folder / name).iterdir()), name


@needs_spark
@pytest.mark.soak
def test_a_killed_worker_comes_back(folder: Path) -> None:
    killed = kill(folder, "worker-2")
    status = restored(folder, "worker-2", killed)
    assert status["registered_workers"] == 2
    assert query(folder, "select count(*) from range(1000)") == [(1000,)]


@needs_spark
@pytest.mark.soak
def test_a_killed_thrift_server_comes_back_at_its_port_with_its_tables(folder: Path) -> None:
    query(folder, "create table kept using parquet as select id from range(1000)")
    killed = kill(folder, "thrift-server")
    assert list((folder / "metastore_db").glob("*.lck"))  # left by Derby
    restored(folder, "thrift-server", killed)
    assert query(folder, "select count(*), sum(id) from kept") == [(1000, 499500)]


@needs_spark
@pytest.mark.soak
def test_a_killed_master_comes_back_and_still_knows_the_others(folder: Path) -> None:
    killed = kill(folder, "master")
    restored(folder, "master", killed)
    wait_for_executors(folder, 2)
    assert query(folder, "select sum(id) from range(100)") == [(4950,)]


@needs_spark
@pytest.mark.soak
def test_a_cluster_that_cannot_start_shows_its_log_and_leaves_nothing(tmp_path: Path) -> None:
    before = set(running_processes())
    folder = tmp_path / "cluster"
    broken = ("--workers", "1", "--port", "0", "--conf", "spark.sql.shuffle.partitions=none")
    done = local_cluster(folder, "up", *SMALL, *broken)
    assert done.returncode == 1 and done.stdout == ""
    assert f"the thrift-server has ended. The end of {folder}/logs/thrift-server.log" in done.stderr
    assert "spark.sql.shuffle.partitions" in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "state.json").exists()
    assert java_of(folder, before) == []


@needs_spark
@pytest.mark.soak
def test_ctrl_c_stops_what_was_started(tmp_path: Path) -> None:
    before = set(running_processes())
    folder = tmp_path / "cluster"
    command = [sys.executable, ROOT / "scripts" / "local_cluster.py", "up", "--folder", folder]
    with subprocess.Popen(
        [*command, "--workers", "1", "--port", "0", *SMALL],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        lines = iter(process.stderr)
        assert "1 of 1 workers registered\n" in lines  # reads as far as that
        started = java_of(folder, before)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert len(started) >= 3 and process.returncode == 1  # and the launcher of Java, for a while
    assert not (folder / "state.json").exists()
    assert java_of(folder, before) == []


def java_of(folder: Path, before: set[int]) -> list[int]:
    """Return the new Java processes of a cluster's folder."""
    found = []
    for pid in set(running_processes()) - before:
        try:
            words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"SPARK_CONF_DIR={folder}/conf".encode() in words:
            found.append(pid)
    return found


@needs_spark
@pytest.mark.soak
def test_down_leaves_no_process_and_purge_no_file(folder: Path) -> None:
    query(folder, "create table left_behind using parquet as select 1 as one")
    status = status_of(folder)
    known = [started_process(role, pid) for role, pid in status["pids"].items()]
    assert len(known) > 4 and all(process.is_alive() for process in known)
    with pytest.raises(ClusterError, match="`down` first"):
        LocalCluster(folder).purge()
    done = local_cluster(folder, "down")
    assert done.returncode == 0
    assert [process.role for process in known if process.is_alive()] == []
    assert (folder / "warehouse" / "left_behind").is_dir()
    assert local_cluster(folder, "down", "--purge").returncode == 0
    assert not folder.exists()
