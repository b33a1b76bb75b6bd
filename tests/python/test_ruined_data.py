"""Ruined files and a day not to be believed stop a build, and leave ads as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comparison import require_same_contents, table_contents
from conftest import Build, Manifest
from oracle.tables import TABLES
from project import CLOCK, Run, run_dbt
from raw_files import write_ods

REQUIRED = [table for table, spec in TABLES.items() if spec.is_required]
Checked = Callable[..., Run]
Stops = Callable[..., None]


def sends(count: int, bad: int = 0, **bad_values: str) -> list[dict[str, str]]:
    """Sends of one day, the first of which have the bad values."""
    return [{"send_id": f"SD{i}"} | (bad_values if i <= bad else {}) for i in range(1, count + 1)]


@pytest.fixture(scope="module")
def good_run(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The warehouse of an earlier build, on other data."""
    return build(write_ods(tmp_path_factory.mktemp("good") / "ods", coupon_send=sends(5)))


@pytest.fixture(scope="module")
def good_figures(good_run: Run) -> dict[str, list[str]]:
    return table_contents(good_run)


@pytest.fixture
def checked(tmp_path: Path, good_run: Run) -> Checked:
    """`checked(ods_path, variables)`: a build with its data tests, over the earlier build."""

    def run(
        ods_path: Path, variables: dict[str, Any] | None = None, *select: str, today: str = ""
    ) -> Run:
        folder = tmp_path / "run"
        good_run.copy_to(folder)
        options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "buildable")
        selected = (*options, "--select", *select) if select else ()
        environment = {CLOCK: today} if today else None
        return run_dbt(["build", *selected], ods_path, folder, variables, environment)

    return run


@pytest.fixture
def stops(checked: Checked, good_figures: dict[str, list[str]]) -> Stops:
    """`stops(ods_path, variables, *parts)`: the build stops, says all parts, changes no figure."""

    def check(ods_path: Path, variables: dict[str, Any], *parts: str, today: str = "") -> None:
        run = checked(ods_path, variables, today=today)
        assert run.exit_code != 0, "the build went through"
        message = " ".join(run.output.split())
        for part in parts:
            assert part in message, f"{part!r} is not said in:\n{run.output[-3000:]}"
        assert "Traceback" not in run.output
        require_same_contents(table_contents(run), good_figures)

    return check


def test_gb18030_below_english_headers(stops: Stops, tmp_path: Path) -> None:
    uses = [{"use_id": f"U{i}", "send_id": f"SD{i}"} for i in range(1, 5)]
    ods_path = write_ods(tmp_path / "ods", coupon_send=sends(4), coupon_use=uses)
    for path in ods_path.glob("*.csv"):
        path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    unlike = "is not UTF-8, but probably GB18030"
    stops(
        ods_path,
        {},
        "FAILED: dwd_row_outcome__coupon_use_is_not_ruined (核销表",
        "coupon_use: 4 of 4 rows (100.0 %) are unreadable or rejected (unreadable 4) "
        f"and none is accepted; 4 of 4 in coupon_use.csv. It {unlike}",
        f"1 of 1 in activity.csv. It {unlike}",
        f"1 of 1 in agent.csv. It {unlike}",
        f"1 of 1 in product.csv. It {unlike}",
    )


def test_a_required_table_without_rows(stops: Stops, tmp_path: Path) -> None:
    ods_path = write_ods(tmp_path / "ods", coupon_use=[])
    stops(
        ods_path, {}, "coupon_use has no row at all (coupon_use.csv)", "allow_empty: [coupon_use]"
    )


def test_a_new_shop_may_have_no_uses(checked: Checked, tmp_path: Path) -> None:
    run = checked(write_ods(tmp_path / "ods", coupon_use=[]), {"allow_empty": ["coupon_use"]})
    (overview,) = run.require_success().query(
        "select send_count, use_count from ads.ads_overview_non_layered where period = 'all'"
    )
    assert overview == {"send_count": 1, "use_count": 0}


def test_all_sends_rejected_names_the_reasons(stops: Stops, tmp_path: Path) -> None:
    mangled = [{"send_id": f"SD{i}", "consumer_id": "5.77E+12"} for i in range(3)]
    late = {"send_id": "SD9", "send_time": "yesterday"}
    stops(
        write_ods(tmp_path / "ods", coupon_send=[*mangled, late]),
        {},
        "coupon_send: 4 of 4 rows (100.0 %) are unreadable or rejected (mangled_id 3, bad_time 1) "
        "and none is accepted; 4 of 4 in coupon_send.csv. A spreadsheet turned these ids",
    )


# 3 of 15 rows are just the 0.2 that is allowed, of 14 more.
def test_more_bad_rows_than_allowed(stops: Stops, tmp_path: Path) -> None:
    stops(
        write_ods(tmp_path / "ods", coupon_send=sends(14, bad=3, valid_hours="48")),
        {},
        "coupon_send: 3 of 14 rows (21.4 %) are unreadable or rejected (validity_out_of_rule 3), "
        "more than the share of 0.2 that max_bad_row_share allows",
        "raise max_bad_row_share",
    )


def test_as_many_bad_rows_as_allowed(checked: Checked, tmp_path: Path) -> None:
    """Duplicates are no bad rows, and one or two bad rows are no share."""
    run = checked(
        write_ods(
            tmp_path / "ods",
            coupon_send=[*sends(12, bad=3, valid_hours="48"), *[{"send_id": "SD12"}] * 3],
            agent=[{}, {"agent_id": "合计", "hire_date": "?"}, {"agent_id": ""}],
        ),
        None,
        "+dws_as_of",
    )
    run.require_success()


def test_a_bound_of_its_own(checked: Checked, tmp_path: Path) -> None:
    ods_path = write_ods(
        tmp_path / "ods",
        coupon_send=sends(14, bad=3, valid_hours="48"),
        agent=[{}, {"agent_id": ""}],
    )
    run = checked(ods_path, {"max_bad_row_share": {"coupon_send": 0.22, "agent": 0}}, "+dws_as_of")
    assert run.exit_code != 0
    assert "coupon_send: 3 of 14" not in run.output
    assert "agent: 1 of 2 rows (50.0 %) are unreadable or rejected (missing_key 1), " in run.output
    assert "share of 0 that max_bad_row_share allows" in run.output


@pytest.mark.soak
def test_a_ruined_optional_table_is_a_warning(checked: Checked, tmp_path: Path) -> None:
    ods_path = write_ods(tmp_path / "ods", chat_session=[{"session_id": f"H{i}"} for i in range(4)])
    path = ods_path / "chat_session.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("G1,", "G1,,"), encoding="utf-8")
    run = checked(ods_path, None, "+dws_as_of").require_success()
    assert "Warning: dwd_row_outcome__chat_session_is_not_ruined" in run.output
    assert "chat_session: 4 of 4 rows (100.0 %)" in run.output


# as_of_date -----------------------------------------------------------------------------------


@pytest.fixture
def lonely_ods(tmp_path: Path) -> Path:
    """Sends of 2025-03-10, and one of 2026-03-10, whose year is mistyped."""
    late = {"send_id": "SD4", "send_time": "2026-03-10 10:00:00"}
    return write_ods(tmp_path / "ods", coupon_send=[*sends(3), late])


def test_the_latest_day_stands_alone(stops: Stops, lonely_ods: Path) -> None:
    stops(
        lonely_ods,
        {},
        "The latest event day, 2026-03-10, stands alone: it has 1 send(s) and 0 valid use(s), and "
        "the event day before it is 2025-03-10, 365 days earlier.",
        "write as_of_date: 2026-03-10 to confirm",
        "write as_of_date: 2025-03-10",
    )


def test_a_day_that_was_written_down_may_stand_alone(checked: Checked, lonely_ods: Path) -> None:
    checked(lonely_ods, {"as_of_date": "2026-03-10"}, "+dws_as_of").require_success()


def test_a_day_before_the_first_event(stops: Stops, tmp_path: Path) -> None:
    stops(
        write_ods(tmp_path / "ods"),
        {"as_of_date": "2025-03-09"},
        "No event on or before as_of_date 2025-03-09: the first accepted send or valid use is of "
        "2025-03-10. Write as_of_date: latest",
    )


@pytest.mark.soak
def test_no_event_at_all(stops: Stops, tmp_path: Path) -> None:
    stops(
        write_ods(tmp_path / "ods", coupon_send=[], coupon_use=[]),
        {"allow_empty": ["coupon_send", "coupon_use"]},
        "There is no accepted send and no valid use at all",
    )


@pytest.mark.soak
def test_today_a_week_after_the_last_event(checked: Checked, tmp_path: Path) -> None:
    run = checked(
        write_ods(tmp_path / "ods"), {"as_of_date": "today"}, "+dws_as_of", today="2025-03-17"
    )
    run.require_success()


def test_today_on_old_data(stops: Stops, tmp_path: Path) -> None:
    stops(
        write_ods(tmp_path / "ods"),
        {"as_of_date": "today"},
        "as_of_date is today, 2025-03-18, but the last event is of 2025-03-10, 8 days earlier.",
        "write as_of_date: latest",
        today="2025-03-18",
    )


@pytest.mark.parametrize(
    ("today", "part"),
    [
        ("1999-12-31", "'1999-12-31', but must be a date"),
        pytest.param(
            "2024-12-31",
            "2024-12-31, which is today by the clock of this machine: the first",
            marks=pytest.mark.soak,
        ),
    ],
)
def test_today_by_a_wrong_clock(stops: Stops, tmp_path: Path, today: str, part: str) -> None:
    stops(write_ods(tmp_path / "ods"), {"as_of_date": "today"}, "as_of_date", part, today=today)


# Settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        ({"max_bad_row_share": 20}, ["max_bad_row_share", "20", "0 to 1"]),
        ({"allow_empty": ["coupon_uses"]}, ["allow_empty", "did you mean coupon_use?"]),
        pytest.param(
            {"max_bad_row_share": {"coupon_uses": 0.3}},
            ["max_bad_row_share", "coupon_uses is none of them, did you mean coupon_use?"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            {"max_bad_row_share": {"agent": "10%"}},
            ["max_bad_row_share.agent", "10%", "0 to 1"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            {"allow_empty": "coupon_use"}, ["allow_empty", "[coupon_use]"], marks=pytest.mark.soak
        ),
    ],
)
def test_wrong_settings(
    checked: Checked, tmp_path: Path, variables: dict[str, Any], parts: list[str]
) -> None:
    run = checked(write_ods(tmp_path / "ods"), variables, "ods_agent")
    assert run.exit_code != 0
    message = " ".join(run.output.split())
    assert not [part for part in parts if part not in message], run.output[-2000:]


# The graph ------------------------------------------------------------------------------------


def test_every_figure_waits_for_the_tests(manifest: Manifest) -> None:
    """Each dws and ads table comes after the tests of the raw tables and of as_of_date."""
    gate = "model.coupon_rfm.dws_as_of"
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["schema"] in ("dws", "ads"):
            assert unique_id == gate or gate in ancestors(manifest["parent_map"], unique_id)
    upstream = ancestors(manifest["parent_map"], gate)
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    ruined = [n for n in tests if n["name"].endswith("_is_not_ruined")]
    assert all(set(n["depends_on"]["nodes"]) <= upstream for n in ruined)
    blocking = [n for n in ruined if n["config"]["severity"].lower() == "error"]
    assert {f"dwd_row_outcome__{t}_is_not_ruined" for t in REQUIRED} == {
        n["name"] for n in blocking
    }


def ancestors(parents: dict[str, list[str]], unique_id: str) -> set[str]:
    found: set[str] = set()
    waiting = [unique_id]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
