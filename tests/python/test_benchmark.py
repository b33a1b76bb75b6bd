"""scripts/benchmark.py: the floor and our build agree, and a difference is found."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from benchmark import FLOOR, RESULT, report, require_agreement
from conftest import Build, Generate
from coupon_rfm.bench import floor
from coupon_rfm.bench.chart import draw
from coupon_rfm.bench.compiled import can_be_replayed
from coupon_rfm.measurement import Cost

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measuring reads /proc")


@pytest.fixture(scope="module")
def raw(generate: Generate) -> Path:
    return generate(seed=11, sends=5_000, dirty_rate=0, format="parquet")


@pytest.fixture(scope="module")
def result(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the floor finds."""
    path = tmp_path_factory.mktemp("floor") / RESULT
    floor.main(raw, path)
    return path


def test_our_build_and_the_floor_agree(build: Build, raw: Path, result: Path) -> None:
    require_agreement("the build", build(raw).warehouse.parent, result)


def test_they_agree_by_segment_of_today(build: Build, raw: Path, result: Path) -> None:
    run = build(raw, {"segment_basis": "current"})
    require_agreement("the build", run.warehouse.parent, result, by_segment=True)


def test_a_difference_is_found(result: Path, tmp_path: Path) -> None:
    header, first, *lines = result.read_text(encoding="utf-8").splitlines()
    part, key, level, count, *others = first.split(",")
    changed = ",".join([part, key, level, f"{count}1", *others])
    (tmp_path / RESULT).write_text("\n".join([header, changed, *lines]), encoding="utf-8")
    with pytest.raises(click.ClickException, match="differ in 2 of"):
        require_agreement("another", tmp_path, result)


def test_only_calls_of_the_plugin_are_left_out_of_a_replay() -> None:
    """The benchmark's own folder is called so, too, and every view over Parquet names it."""
    read = "create view v as select * from read_parquet('coupon_rfm_bench_1/agent.parquet')"
    assert can_be_replayed(read)
    assert not can_be_replayed("select coupon_rfm_list_raw_folder('[]')")


COSTS = {FLOOR.name: Cost(1, 2, 300), "`dbt build`": Cost(10, 25, 3000)}


def test_the_chart_has_a_bar_for_every_figure() -> None:
    root = ElementTree.fromstring(draw({1_000_000: COSTS, 10_000_000: COSTS}))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("dbt build") == 2 and texts.count("25.0") == 2


def test_the_tables_name_the_times_of_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmark.version_of_polars", lambda: "2.1.0")
    text = report({1_000_000: COSTS}, {"`dbt parse` from nothing": Cost(5, 6, 145)}, 3)
    assert "| `dbt build` | 10.0 | 25.0 | 3,000 | 12.5 |" in text
    assert "### 1,000,000 sends, median of 3" in text
