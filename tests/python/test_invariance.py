"""What changes no figure: another run, other threads, less memory, other files, tomorrow."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from comparison import require_same_contents, table_contents
from conftest import Build, Generate
from oracle import evaluate
from project import Run, run_dbt

LAYERS = ("dim", "ods", "dwd", "dws", "ads")
FACTS = ("dwd.dwd_activity", "dwd.dwd_coupon_send", "dwd.dwd_coupon_use")


@pytest.fixture(scope="module")
def ods_path(generate: Generate) -> Path:
    return generate(seed=12, sends=5_000, dirty_rate=1)


@pytest.fixture(scope="module")
def usual(build: Build, ods_path: Path) -> Run:
    return build(ods_path)


@pytest.fixture(scope="module")
def usual_contents(usual: Run) -> dict[str, list[str]]:
    return table_contents(usual, LAYERS)


def figures(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    """The ads tables and the facts, which tell nothing of files."""
    return {
        name: rows for name, rows in contents.items() if name.startswith("ads.") or name in FACTS
    }


def test_second_build_changes_nothing(
    ods_path: Path, usual: Run, usual_contents: dict[str, list[str]], tmp_path: Path
) -> None:
    usual.copy_to(tmp_path)
    run = run_dbt(("build", "--selector", "models"), ods_path, tmp_path).require_success()
    require_same_contents(table_contents(run, LAYERS), usual_contents)


def test_one_thread_changes_nothing(
    build: Build, ods_path: Path, usual_contents: dict[str, list[str]]
) -> None:
    run = build(ods_path, options=("--threads", "1"))
    require_same_contents(table_contents(run, LAYERS), usual_contents)


def test_four_threads_with_little_memory_change_nothing(
    build: Build, ods_path: Path, usual_contents: dict[str, list[str]]
) -> None:
    memory = {"COUPON_RFM_MEMORY_LIMIT": "300MB"}
    run = build(ods_path, options=("--threads", "4"), environment=memory)
    require_same_contents(table_contents(run, LAYERS), usual_contents)


def test_order_of_rows_and_files_changes_nothing(
    build: Build, ods_path: Path, usual_contents: dict[str, list[str]], tmp_path: Path
) -> None:
    pieces = split_shuffled(ods_path, tmp_path / "ods", random.Random(1), count=4)
    contents = table_contents(build(pieces), LAYERS)
    require_same_contents(figures(contents), figures(usual_contents))


def split_shuffled(source: Path, target: Path, chance: random.Random, count: int) -> Path:
    """The same lines of every table in another order and in `count` files."""
    for path in sorted(source.glob("*.csv")):
        head, *lines = path.read_bytes().replace(b"\r\n", b"\n").split(b"\n")
        chance.shuffle(lines)
        folder = target / path.stem
        folder.mkdir(parents=True)
        for i in range(count):
            piece = b"\n".join([head, *lines[i::count]])
            (folder / f"{chance.randrange(1000)}-{i}.csv").write_bytes(piece)
    return target


# Tomorrow -------------------------------------------------------------------------------------


def test_days_after_as_of_date_leave_no_trace(build: Build, ods_path: Path, tmp_path: Path) -> None:
    """as_of_date D on all data = the data cut at D: D is a day whose night reveals a consumer."""
    day = revealing_day(ods_path)
    cut_path = cut_after(ods_path, day, tmp_path / "ods")
    with_var = table_contents(build(ods_path, {"as_of_date": str(day)}), ["ads"])
    cut = table_contents(build(cut_path), ["ads"])
    del with_var["ads.ads_data_quality"], cut["ads.ads_data_quality"]
    require_same_contents(with_var, cut)


@pytest.mark.soak
@pytest.mark.parametrize("basis", ["at_send", "current"])
@pytest.mark.parametrize("days", [1, 2, 7, 29, 30, 31, 100, 364, 366])
def test_any_as_of_date_equals_cut_data(
    generate: Generate, build: Build, tmp_path: Path, days: int, basis: str
) -> None:
    ods_path = generate(seed=17, sends=20_000, dirty_rate=1)
    day = evaluate(ods_path).facts.as_of_date - timedelta(days=days)
    cut_path = cut_after(ods_path, day, tmp_path / "ods")
    variables = {"as_of_date": str(day), "segment_basis": basis}
    with_var = table_contents(build(ods_path, variables), ["ads"])
    cut = table_contents(build(cut_path, variables), ["ads"])
    del with_var["ads.ads_data_quality"], cut["ads.ads_data_quality"]
    require_same_contents(with_var, cut)


def revealing_day(ods_path: Path) -> date:
    """The last day with a send whose consumer is another one after the night than before it."""
    sends = evaluate(ods_path).facts.sends
    counts = Counter(send.day for send in sends)
    days = {send.day for send in sends if send.consumer_id_source == "use"}
    for day in sorted(days, reverse=True):
        if counts[day] > 1 and reveals(ods_path, day):
            return day
    raise AssertionError("no send is filled from a use of the next day: choose another seed")


def reveals(ods_path: Path, day: date) -> bool:
    sends = evaluate(ods_path, {"as_of_date": str(day)}).facts.sends
    return any(s.known_consumer_id != s.consumer_id for s in sends if s.day == day)


def cut_after(source: Path, day: date, target: Path) -> Path:
    """A copy of single csv files without any row of a send or use that is accepted after `day`."""
    outcome = evaluate(source)
    late = {
        "coupon_send": {send.send_id for send in outcome.facts.sends if send.day > day},
        "coupon_use": {u.use_id for u in outcome.facts.uses if u.day and u.day > day},
    }
    dropped: dict[str, set[int | None]] = defaultdict(set)
    for row in outcome.rows:
        if row.key in late.get(row.table.name, ()):
            dropped[row.source_file].add(row.source_line)
    assert dropped
    target.mkdir(parents=True)
    for path in sorted(source.glob("*.csv")):
        lines = path.read_bytes().split(b"\n")
        kept = [line for i, line in enumerate(lines, start=1) if i not in dropped[path.name]]
        (target / path.name).write_bytes(b"\n".join(kept))
    return target
