"""A standalone Spark cluster on this machine, behind a Thrift Server, all of it in one folder.

The master, its workers and the Thrift Server are Java processes of their own, bound to 127.0.0.1.
`state.json` in the folder names them. What has died comes back with `up`, at the same port.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from coupon_rfm import ROOT
from coupon_rfm.spark.java import require_spark
from coupon_rfm.spark.processes import (
    LOOPBACK,
    Process,
    accepts_connections,
    children_of,
    free_port,
    require_free_port,
    started_process,
    stop,
)

DEFAULT_FOLDER = ROOT / "warehouse" / "spark" / "cluster"
LOGGING = ROOT / "spark" / "log4j2.properties"
MASTER, WORKER, THRIFT_SERVER, EXECUTOR = "master", "worker", "thrift-server", "executor"
PATIENCE_SECONDS = 20
POLL_SECONDS = 0.3
LAST_LINES = 12
# Heap of the master and of each worker, which only hand out the work.
DAEMON_MEMORY = "256m"
# The rest of a worker's memory is what the JVM of its executor needs besides the heap.
EXECUTOR_SHARE = 7 / 8
# What is made anew when the cluster starts; tables, metastore and logs stay.
TEMPORARY = ("local", "recovery", "tmp", "work")
# Variables of another Spark or Hadoop, which would change this one.
FOREIGN_VARIABLE = re.compile(r"(SPARK|PYSPARK|HADOOP|YARN|HIVE)_")
MARK = "# Written by scripts/local_cluster.py; its options change what is in here.\n"


class ClusterError(click.ClickException):
    """The cluster does not start or stop; the message names the log or the option."""


@dataclass(frozen=True)
class Settings:
    """What to start. Memory is in MiB; a `port` of 0 stands for a free one."""

    workers: int = 2
    worker_cores: int = 1
    worker_memory: int = 1024
    driver_memory: int = 1024
    port: int = 10000
    conf: dict[str, str] = field(default_factory=dict)

    def roles(self) -> list[str]:
        """Return the names of the processes, in the order in which they start."""
        workers = [f"{WORKER}-{number}" for number in range(1, self.workers + 1)]
        return [MASTER, *workers, THRIFT_SERVER]


class LocalCluster:
    """The cluster of one folder."""

    def __init__(
        self,
        folder: Path = DEFAULT_FOLDER,
        settings: Settings | None = None,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Choose the folder; `progress` gets lines that tell a user what goes on.

        `settings` count when the cluster starts; until `down` it keeps those it started with.
        """
        self.folder = folder.resolve()
        self._asked = settings or Settings()
        self._progress = progress
        self._children: list[subprocess.Popen] = []  # a Popen that is forgotten complains
        self._read_state()

    def processes(self) -> dict[str, Process]:
        """Return the processes by role, as they were started: master, worker-1, thrift-server."""
        self._read_state()
        return dict(self._processes)

    def executors(self) -> list[Process]:
        """Return the running executors, which the workers start for the Thrift Server."""
        return children_of(self._workers(), EXECUTOR)

    def environment(self) -> dict[str, str]:
        """Return the variables that lead dbt to this cluster."""
        return {
            "COUPON_RFM_SPARK_HOST": LOOPBACK,
            "COUPON_RFM_SPARK_PORT": str(self.settings.port),
            "COUPON_RFM_TARGET": "cluster",
        }

    def status(self) -> dict[str, Any]:
        """Return what `status --json` prints; `whole` means that nothing is missing."""
        self._read_state()
        alive = [process for process in self._processes.values() if process.is_alive()]
        executors = {f"{EXECUTOR}-{n}": e.pid for n, e in enumerate(self.executors(), start=1)}
        pids = {process.role: process.pid for process in alive}
        roles = self.settings.roles()
        missing = [role for role in roles if role not in pids]
        registered = len(self._registered_ports()) if self._processes else 0
        port = self.settings.port
        return {
            "whole": not missing
            and registered == self.settings.workers
            and accepts_connections(port),
            "folder": str(self.folder),
            "host": LOOPBACK,
            "port": port,
            "master_url": self._master_url(),
            "registered_workers": registered,
            "pids": {role: pids[role] for role in roles if role in pids} | executors,
            "missing": missing if self._state_path.exists() else [],
        }

    def up(self, timeout_seconds: float = 180) -> list[str]:
        """Start what does not run and wait until a query is answered; return the roles started.

        Raises:
            ClusterError: it does not come up; what this call has started is stopped again.
        """
        require_spark()
        with self._alone():
            self._read_state()
            if self._processes and replace(self._asked, port=self.settings.port) != self.settings:
                self._progress("it keeps the settings it was started with; to change them: `down`")
            dead = [role for role, process in self._processes.items() if not process.is_alive()]
            for role in dead:
                self._progress(f"{role} does not run any more")
                del self._processes[role]
            if not self._processes:
                self._prepare()
            started = [role for role in self.settings.roles() if role not in self._processes]
            if THRIFT_SERVER in started:
                require_free_port(self.settings.port, "--port")
            deadline = time.monotonic() + timeout_seconds
            try:
                for role in started:
                    self._start(role, deadline)
                self._wait_until_whole(deadline)
            except BaseException:  # Ctrl-C too
                self._stop([self._processes[role] for role in started if role in self._processes])
                raise
            return started

    def down(self) -> list[str]:
        """Stop everything; return the roles that had to be stopped.

        Raises:
            ClusterError: a process outlives even SIGKILL.
        """
        if not self._state_path.exists():
            return []
        with self._alone():
            self._read_state()
            alive = [process for process in self._processes.values() if process.is_alive()]
            executors = self.executors()
            # First, so that its application does not ask for other workers.
            self._stop([process for process in alive if process.role == THRIFT_SERVER])
            self._stop([*alive, *executors])
            self._state_path.unlink(missing_ok=True)
            return [process.role for process in alive]

    def purge(self) -> None:
        """Remove the folder, tables and metastore too.

        Raises:
            ClusterError: something still runs, or the folder is not a cluster's.
        """
        if self.folder.exists():
            self._require_own_folder()
            if any(process.is_alive() for process in self.processes().values()):
                raise ClusterError(f"the cluster in {self.folder} is running: `down` first.")
            shutil.rmtree(self.folder)

    # The folder

    @property
    def _state_path(self) -> Path:
        return self.folder / "state.json"

    def _read_state(self) -> None:
        """Take over what the last `up` has left, here or in another process."""
        if not self._state_path.exists():
            self.settings, self._master_port, self._ui_port = self._asked, 0, 0
            self._processes: dict[str, Process] = {}
            return
        try:
            state = json.loads(self._state_path.read_text(encoding="utf-8"))
            self.settings = Settings(**state["settings"])
            self._master_port, self._ui_port = state["master_port"], state["ui_port"]
            processes = [Process(**process) for process in state["processes"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ClusterError(
                f"{self._state_path} is damaged: end the Java processes of this folder by hand, "
                "then remove the file."
            ) from error
        self._processes = {process.role: process for process in processes}

    def _write_state(self) -> None:
        state = {
            "settings": asdict(self.settings),
            "master_port": self._master_port,
            "ui_port": self._ui_port,
            "processes": [asdict(process) for process in self._processes.values()],
        }
        unfinished = self._state_path.with_suffix(".tmp")
        unfinished.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self._state_path)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep a second `up` or `down` out of the folder."""
        self._require_own_folder()
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ClusterError(
                    f"another `up` or `down` is at work in {self.folder}: wait for it to end."
                ) from error
            yield

    def _require_own_folder(self) -> None:
        """Keep away from a folder with files of somebody else, which `purge` would remove."""
        if not self.folder.exists() or self._defaults_path.exists():
            return
        if any(path.name != "lock" for path in self.folder.iterdir()):
            raise ClusterError(
                f"{self.folder} holds files that are not a cluster's: name another --folder."
            )

    @property
    def _defaults_path(self) -> Path:
        return self.folder / "conf" / "spark-defaults.conf"

    def _prepare(self) -> None:
        """Choose the ports and write the settings; nothing runs yet."""
        self.settings = replace(self.settings, port=self.settings.port or free_port())
        self._master_port, self._ui_port = free_port(), free_port()
        for name in TEMPORARY:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in (*TEMPORARY, "conf", "logs"):
            (self.folder / name).mkdir(exist_ok=True)
        lines = [f"{key}={value}\n" for key, value in self._spark_settings().items()]
        self._defaults_path.write_text(MARK + "".join(lines), encoding="utf-8")
        logging_path = self.folder / "conf" / "log4j2.properties"
        logging_path.write_text(MARK + LOGGING.read_text(encoding="utf-8"), encoding="utf-8")

    def _spark_settings(self) -> dict[str, str]:
        """Return what the master, the workers and the Thrift Server find in spark-defaults.conf."""
        jvm = f'-Duser.timezone=UTC -Djava.io.tmpdir="{self.folder}/tmp"'
        cores = self.settings.workers * self.settings.worker_cores
        executor_memory = int(self.settings.worker_memory * EXECUTOR_SHARE)
        metastore = f"jdbc:derby:;databaseName={self.folder}/metastore_db;create=true"
        return {
            "spark.deploy.recoveryMode": "FILESYSTEM",  # a new master knows workers and application
            "spark.deploy.recoveryDirectory": f"{self.folder}/recovery",
            "spark.master.rest.enabled": "false",
            "spark.port.maxRetries": "0",  # the port that was chosen, or none
            "spark.ui.enabled": "false",
            "spark.eventLog.enabled": "false",
            "spark.local.dir": f"{self.folder}/local",
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.driver.memory": f"{self.settings.driver_memory}m",
            "spark.driver.extraJavaOptions": (
                f'{jvm} -Dderby.stream.error.file="{self.folder}/logs/derby.log"'
            ),
            "spark.executor.cores": str(self.settings.worker_cores),
            "spark.executor.memory": f"{executor_memory}m",
            "spark.executor.extraJavaOptions": jvm,
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": str(2 * cores),
            "spark.sql.sources.partitionOverwriteMode": "dynamic",
            "spark.sql.warehouse.dir": f"{self.folder}/warehouse",
            "spark.hadoop.javax.jdo.option.ConnectionURL": metastore,
            "spark.hadoop.hive.server2.thrift.bind.host": LOOPBACK,
            "spark.hadoop.hive.server2.thrift.port": str(self.settings.port),
            **self.settings.conf,
        }

    def log_path(self, role: str) -> Path:
        """Return the file with what a process prints; the executors' are below `work`."""
        return self.folder / "logs" / f"{role}.log"

    # Processes

    def _workers(self) -> list[Process]:
        return [process for role, process in self._processes.items() if role.startswith(WORKER)]

    def _master_url(self) -> str:
        return f"spark://{LOOPBACK}:{self._master_port}"

    def _start(self, role: str, deadline: float) -> None:
        """Start one process; the others need the master, so wait for that one."""
        self._progress(f"starting the {role} ...")
        if role == MASTER:
            self._spawn(role, self._master_port, *self._master_command())
            self._wait(role, self._master_answers, "does not answer", deadline)
        elif role == THRIFT_SERVER:
            self._spawn(role, self.settings.port, *self._thrift_server_command())
        else:
            port = free_port()
            self._spawn(role, port, *self._worker_command(port))

    def _master_command(self) -> list[str]:
        ports = ["--port", str(self._master_port), "--webui-port", str(self._ui_port)]
        return ["spark-class", "org.apache.spark.deploy.master.Master", "--host", LOOPBACK, *ports]

    def _worker_command(self, port: int) -> list[str]:
        return [
            *("spark-class", "org.apache.spark.deploy.worker.Worker"),
            *("--host", LOOPBACK, "--port", str(port), "--webui-port", "0"),
            *("--cores", str(self.settings.worker_cores)),
            *("--memory", f"{self.settings.worker_memory}m"),
            *("--work-dir", f"{self.folder}/work", self._master_url()),
        ]

    def _thrift_server_command(self) -> list[str]:
        server = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
        return ["spark-submit", "--class", server, "--master", self._master_url(), "spark-internal"]

    def _spawn(self, role: str, port: int, script: str, *arguments: str) -> None:
        """Run a script of Spark, which ends in `exec java`: its pid becomes that of Java."""
        environment = {
            name: value for name, value in os.environ.items() if not FOREIGN_VARIABLE.match(name)
        }
        environment |= {
            "SPARK_HOME": str(spark_home()),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": LOOPBACK,  # for the web UIs
        }
        if role != THRIFT_SERVER:  # there it would replace spark.driver.memory
            environment["SPARK_DAEMON_MEMORY"] = DAEMON_MEMORY
        with self.log_path(role).open("a", encoding="utf-8") as log:
            log.write(f"{log_mark(role)} {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
            log.flush()
            child = subprocess.Popen(
                [spark_home() / "bin" / script, *arguments],
                cwd=ROOT,  # where relative paths of raw files begin, as they do for a session
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must not reach it
            )
        self._children.append(child)
        self._processes[role] = started_process(role, child.pid, port)
        self._write_state()

    def _stop(self, processes: list[Process]) -> None:
        """End processes and forget them; the state goes with the last one."""
        immortal = stop(processes, PATIENCE_SECONDS)
        if immortal:
            names = ", ".join(f"{process.role} ({process.pid})" for process in immortal)
            raise ClusterError(f"cannot stop {names}: end them by hand, then `down` again.")
        for process in processes:
            self._processes.pop(process.role, None)
        if self._processes:
            self._write_state()
        else:
            self._state_path.unlink(missing_ok=True)

    # Waiting

    def _wait_until_whole(self, deadline: float) -> None:
        """Wait for every worker at the master and for an answer of the Thrift Server."""
        ports = {worker.port for worker in self._workers()}
        self._wait(
            MASTER, lambda: ports <= self._registered_ports(), "does not see all workers", deadline
        )
        self._progress(f"{len(ports)} of {len(ports)} workers registered")
        port = self.settings.port
        self._wait(THRIFT_SERVER, lambda: accepts_connections(port), "does not listen", deadline)
        self._wait_for_answer(deadline)
        self._progress(f"the Thrift Server listens on {LOOPBACK}:{port}")

    def _wait_for_answer(self, deadline: float) -> None:
        """Run a query that needs an executor, through the driver that dbt uses."""
        from pyhive import hive
        from TCLIService.ttypes import TOperationState as State

        session = hive.connect(LOOPBACK, self.settings.port, username="dbt")
        with contextlib.closing(session), contextlib.closing(session.cursor()) as cursor:
            cursor.execute("select count(*) from range(2)", async_=True)

            def is_answered() -> bool:
                answer = cursor.poll()
                if answer.operationState == State.ERROR_STATE:
                    raise self._failure(THRIFT_SERVER, "fails in its first query")
                return answer.operationState == State.FINISHED_STATE

            self._wait(THRIFT_SERVER, is_answered, "does not answer its first query", deadline)

    def _wait(
        self, role: str, is_ready: Callable[[], bool], complaint: str, deadline: float
    ) -> None:
        """Wait for a condition, as long as no process dies."""
        while not is_ready():
            for process in self._processes.values():
                if not process.is_alive():
                    raise self._failure(process.role, "has ended")
            if time.monotonic() > deadline:
                raise self._failure(role, f"{complaint} in time (--timeout)")
            time.sleep(POLL_SECONDS)

    def _master_answers(self) -> bool:
        return self._master_status() is not None

    def _registered_ports(self) -> set[int]:
        """Return the ports of the workers that the master counts on."""
        workers = (self._master_status() or {}).get("workers", [])
        return {worker["port"] for worker in workers if worker["state"] == "ALIVE"}

    def _master_status(self) -> dict[str, Any] | None:
        """Return what the master tells about itself, None when it does not answer."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"http://{LOOPBACK}:{self._ui_port}/json/", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def _failure(self, role: str, complaint: str) -> ClusterError:
        """Return an error with the end of a process's log, without the stack traces."""
        path = self.log_path(role)
        text = path.read_text(encoding="utf-8", errors="replace").rpartition(log_mark(role))[2]
        lines = [line for line in text.splitlines()[1:] if not line.startswith("\t")]
        last = "".join(f"\n  {line}" for line in lines[-LAST_LINES:])
        return ClusterError(f"the {role} {complaint}. The end of {path}:{last or ' (nothing)'}")


def log_mark(role: str) -> str:
    """Return what begins the lines of a log above which another process has written."""
    return f"--- the {role} starts"


def spark_home() -> Path:
    """Return the folder of the pip package, which is a complete Spark."""
    return Path(importlib.util.find_spec("pyspark").submodule_search_locations[0])
