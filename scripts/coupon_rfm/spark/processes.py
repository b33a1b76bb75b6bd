"""Processes and ports of this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

LOOPBACK = "127.0.0.1"
PROC = Path("/proc")
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Process:
    """A process known by its pid and start time: pids are used again."""

    role: str
    pid: int
    started: str
    port: int = 0

    def is_alive(self) -> bool:
        """Tell whether it still runs, and not another process under its pid."""
        return self._is_in(running_processes())

    def _is_in(self, running: dict[int, tuple[int, str]]) -> bool:
        return self.pid in running and running[self.pid][1] == self.started


def started_process(role: str, pid: int, port: int = 0) -> Process:
    """Return the process that runs under a pid now."""
    return Process(role, pid, running_processes().get(pid, (0, ""))[1], port)


def children_of(parents: Sequence[Process], role: str) -> list[Process]:
    """Return the running children of processes that still run."""
    running = running_processes()
    pids = {parent.pid for parent in parents if parent._is_in(running)}
    return [
        Process(role, pid, started)
        for pid, (parent, started) in sorted(running.items())
        if parent in pids
    ]


def stop(processes: Sequence[Process], patience_seconds: float) -> list[Process]:
    """End processes, with SIGKILL those that are not gone in time; return those that outlive it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            if process.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, number)
        deadline = time.monotonic() + patience_seconds
        while processes and time.monotonic() < deadline:
            running = running_processes()
            processes = [process for process in processes if process._is_in(running)]
            time.sleep(POLL_SECONDS if processes else 0)
    return list(processes)


def running_processes() -> dict[int, tuple[int, str]]:
    """Return the parent and the start time of every process by pid, without zombies."""
    return _from_proc() if (PROC / "self" / "stat").exists() else _from_ps()


def _from_proc() -> dict[int, tuple[int, str]]:
    running = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
                fields = stat.rpartition(")")[2].split()  # from the third on: proc(5)
                if fields[0] not in "ZX":
                    running[int(folder.name)] = (int(fields[1]), fields[19])
    return running


def _from_ps() -> dict[int, tuple[int, str]]:
    command = ["ps", "-A", "-o", "pid=,ppid=,stat=,lstart="]
    done = subprocess.run(
        command,
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=True,
    )
    rows = (line.split(maxsplit=3) for line in done.stdout.splitlines())
    return {
        int(pid): (int(parent), started.strip())
        for pid, parent, state, started in rows
        if not state.startswith("Z")
    }


def free_port() -> int:
    """Return a port of the loopback interface that nothing uses."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def require_free_port(port: int, option: str) -> None:
    """Stop when something listens on a port.

    Raises:
        click.ClickException: the port is taken; names the option that chooses another.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # else closed ones count
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} of {LOOPBACK} cannot be used ({error.strerror}): "
                f"choose another with {option}, or a free one with {option} 0."
            ) from error


def accepts_connections(port: int) -> bool:
    """Tell whether something listens on a port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=2).close()
    except OSError:
        return False
    return True
