"""scripts/coupon_rfm/measurement.py: what a command costs, all its processes together."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from coupon_rfm.measurement import Cost, measure, median, take_turns

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measuring reads /proc")

BURN = """
import time
def burn(seconds):
    while time.process_time() < seconds:
        pass
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", BURN + code]


def test_cpu_is_that_of_all_processes_even_of_one_that_outlives_the_command() -> None:
    child = "burn(0.4)"
    orphan = "burn(0.6); time.sleep(0.5); burn(0.7)"
    start = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN + child!r}])
subprocess.Popen([sys.executable, "-c", {BURN + orphan!r}])
burn(0.3)
"""
    cost = measure(python(start))
    assert 1.2 < cost.cpu_seconds < 2


def test_memory_is_that_of_processes_at_the_same_time() -> None:
    hold = "kept = bytearray(100 << 20); time.sleep(1.5)"
    both = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {BURN + hold!r}])
{hold}
child.wait()
"""
    assert 200 < measure(python(both)).peak_mib < 260
    assert 100 < measure(python(hold)).peak_mib < 130


def test_a_server_counts_from_now_on_with_the_processes_that_it_starts() -> None:
    serve = f"""
import subprocess, sys
burn(0.5)
print(flush=True)
time.sleep(0.5)
subprocess.run([sys.executable, "-c", {BURN + "burn(0.4)"!r}])
time.sleep(60)
"""
    with subprocess.Popen(python(serve), stdout=subprocess.PIPE) as server:
        try:
            server.stdout.readline()
            cost = measure(python("time.sleep(6)"), servers=[server.pid])
        finally:
            server.kill()
    assert 0.25 < cost.cpu_seconds < 0.8
    assert cost.wall_seconds > 3


def test_a_command_that_fails_ends_the_measurement_with_what_it_said() -> None:
    with pytest.raises(click.ClickException, match="no disk"):
        measure(python("raise SystemExit('no disk')"))


def test_a_process_left_behind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coupon_rfm.measurement.PATIENCE_SECONDS", 0.5)
    leave = "import subprocess; subprocess.Popen(['sleep', '3'])"
    with pytest.raises(click.ClickException, match=r"left process \d+ running"):
        measure(python(leave))


def test_runs_take_turns_and_give_medians_of_each_figure() -> None:
    order: list[str] = []
    figures = {"a": iter([1, 2, 9]), "b": iter([4, 4, 4])}

    def run(name: str) -> Cost:
        order.append(name)
        wall = next(figures[name])
        return Cost(wall, 10 - wall, 0)

    costs = take_turns({name: lambda name=name: run(name) for name in figures}, rounds=3)
    assert order == ["a", "b"] * 3
    assert costs == {"a": Cost(2, 8, 0), "b": Cost(4, 6, 0)}
    assert median([Cost(1, 9, 5), Cost(2, 1, 7), Cost(3, 2, 1)]) == Cost(2, 2, 5)
