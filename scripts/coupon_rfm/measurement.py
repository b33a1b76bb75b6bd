"""What a command costs: wall seconds, CPU seconds and memory of all its processes. Linux only.

CPU seconds are those that the kernel counted, of every process that the command started, even of
one that outlives it for a moment, as the JVM of a Spark session does. Memory is the resident memory
of all together, looked at every SAMPLE_SECONDS, or the peak of one of them if that is more.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import click

from coupon_rfm import ROOT

SAMPLE_SECONDS = 0.2
PATIENCE_SECONDS = 30
LAST_CHARACTERS = 4000
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


@dataclass(frozen=True)
class Cost:
    """What something took: wall seconds, CPU seconds and peak MiB of all its processes."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Process:
    """A process as /proc shows it: CPU seconds with those of its ended children, resident MiB."""

    parent: int
    cpu_seconds: float
    resident_mib: float


def measure(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    servers: Iterable[int] = (),
) -> Cost:
    """Run a command to its end, in the project's folder and in silence; return what it took.

    `environment` is added to that of this process. `servers` are the pids of processes that work
    for the command, such as those of a cluster; what they and all below them take is added.

    Raises:
        click.ClickException: the command fails (with the end of its output) or leaves a process
            behind, or this is not Linux.
    """
    if sys.platform != "linux":
        raise click.ClickException("measuring needs Linux: it reads /proc.")
    before = running_processes()
    others, servers = children(before), set(servers)
    peak_mib = 0.0
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output, adoption():
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            while not has_ended(process.pid):
                now = running_processes()
                peak_mib = max(peak_mib, memory(now, (children(now) - others) | servers))
            wall_seconds = time.monotonic() - started
        except BaseException:  # Ctrl-C
            process.kill()
            raise
        process.returncode, cpu_seconds = wait_for(process.pid)
        if process.returncode:
            output.seek(0)
            said = output.read()[-LAST_CHARACTERS:]
            raise click.ClickException(f"{' '.join(command)} failed:\n{said}")
        after = running_processes()
        cpu_seconds += sum(wait_for(pid)[1] for pid in children(after) - others)
    cpu_seconds += cpu(after, servers) - cpu(before, servers)
    return Cost(wall_seconds, cpu_seconds, peak_mib)


def take_turns(runs: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """Make every run once a round, so that a busy minute hits all alike; return their medians."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for number in range(1, rounds + 1):
        for name, run in runs.items():
            click.echo(f"round {number} of {rounds}: {name} ...", err=True)
            costs[name].append(run())
    return {name: median(found) for name, found in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure by itself."""
    return Cost(*(statistics.median(figures) for figures in zip(*map(astuple, costs), strict=True)))


def current_commit() -> str:
    """Return the short name of the checked-out commit, or `unknown`."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    return found.stdout.strip() or "unknown"


@contextlib.contextmanager
def adoption() -> Iterator[None]:
    """Become the parent of processes below that outlive theirs: only a parent learns their CPU."""
    kernel = ctypes.CDLL(None)
    kernel.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        kernel.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def has_ended(pid: int) -> bool:
    """Wait SAMPLE_SECONDS for a process at most; tell whether it has ended."""
    descriptor = os.pidfd_open(pid)
    try:
        return bool(select.select([descriptor], [], [], SAMPLE_SECONDS)[0])
    finally:
        os.close(descriptor)


def wait_for(pid: int) -> tuple[int, float]:
    """Wait for a child; return its exit code and the CPU seconds of it and those it waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        time.sleep(SAMPLE_SECONDS)
    raise click.ClickException(f"the command has ended and left process {pid} running.")


def running_processes() -> dict[int, Process]:
    """Return all processes of this machine by pid."""
    second, mib = os.sysconf("SC_CLK_TCK"), 2**20 / os.sysconf("SC_PAGE_SIZE")
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                parent, resident = int(fields[1]), int(fields[21])  # from the third on: proc(5)
                ticks = sum(map(int, fields[11:15]))
                found[int(folder.name)] = Process(parent, ticks / second, resident / mib)
    return found


def children(running: Mapping[int, Process]) -> set[int]:
    """Return the children of this process."""
    return {pid for pid, process in running.items() if process.parent == os.getpid()}


def tree(running: Mapping[int, Process], roots: Iterable[int]) -> set[int]:
    """Return those of the roots that run, and all below them."""
    found = set(roots) & set(running)
    while more := {pid for pid in running if running[pid].parent in found} - found:
        found |= more
    return found


def cpu(running: Mapping[int, Process], roots: Iterable[int]) -> float:
    """Return the CPU seconds of trees of processes so far."""
    return sum(running[pid].cpu_seconds for pid in tree(running, roots))


def memory(running: Mapping[int, Process], roots: Iterable[int]) -> float:
    """Return the MiB that trees of processes have in memory, or the most that one of them had."""
    found = tree(running, roots)
    together = sum(running[pid].resident_mib for pid in found)
    return max([together, *map(peak_of_one, found)])


def peak_of_one(pid: int) -> float:
    """Return the most MiB that a process has had in memory so far."""
    with contextlib.suppress(OSError):  # it has just ended
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
        for line in status.splitlines():
            if line.startswith("VmHWM:"):  # in KiB; a zombie has none
                return int(line.split()[1]) / 1024
    return 0.0
