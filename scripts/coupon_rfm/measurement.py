"""What a command costs: wall seconds, CPU seconds and memory of all its processes. Needs /proc."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from coupon_rfm.processes import running_processes
from coupon_rfm.warehouse import ROOT

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.5


@dataclass
class Usage:
    """What a tree of processes took: CPU seconds, peak memory of all together in MiB."""

    cpu_seconds: float = 0
    peak_mib: float = 0


@contextlib.contextmanager
def watch(roots: list[int]) -> Iterator[Usage]:
    """Sample the processes `roots` and all below them until the block ends."""
    usage, ticks = Usage(), {}
    stopped = threading.Event()

    def sample() -> None:
        running = running_processes()
        tree = set(roots) & set(running)
        while more := {pid for pid, (parent, _) in running.items() if parent in tree} - tree:
            tree |= more
        resident = 0
        for pid in tree:
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
                ticks[pid, running[pid][1]] = int(fields[11]) + int(fields[12])
                resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        usage.peak_mib = max(usage.peak_mib, resident / 2**20)

    def keep_sampling() -> None:
        while not stopped.wait(SAMPLE_SECONDS):
            sample()

    sample()
    ticks_before = sum(ticks.values())
    thread = threading.Thread(target=keep_sampling)
    thread.start()
    try:
        yield usage
    finally:
        sample()
        stopped.set()
        thread.join()
        usage.cpu_seconds = (sum(ticks.values()) - ticks_before) / TICKS_PER_SECOND


def run(
    command: list[str], environment: dict[str, str], roots: list[int] | None = None
) -> tuple[float, Usage]:
    """Run a command to its end; return its wall seconds and what it and `roots` took."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
        with watch([process.pid, *(roots or [])]) as usage:
            process.wait()
        output.seek(0)
        if process.returncode:
            raise click.ClickException(f"{' '.join(command)} failed:\n{output.read()[-4000:]}")
    return time.monotonic() - started, usage


def current_commit() -> str:
    """Return the short name of the checked-out commit, or `unknown`."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    return found.stdout.strip() or "unknown"
