"""The dbt tests notice small changes of the models and macros (`make soak`)."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from conftest import Build
from mutation import Project, Verdict
from mutation_equivalents import EQUIVALENTS
from project import ROOT

pytestmark = pytest.mark.soak

NOTICED = {"unit", "data", "contract"}
PEOPLE = "['consumer_count', 'paying_consumer_count']"
SWAPPED_PEOPLE = (
    "['paying_consumer_count as consumer_count', 'consumer_count as paying_consumer_count']"
)
SEND_DATES = "        consumer_rfm.first_send_date,\n        consumer_rfm.last_send_date\n"
SWAPPED_SEND_DATES = (
    "        consumer_rfm.last_send_date as first_send_date,\n"
    "        consumer_rfm.first_send_date as last_send_date\n"
)
NAMED = [  # each of them once passed every test
    (
        "models/dwd/dwd_rejected_row.sql",
        "outcome <> 'accepted'",
        "outcome <> 'accepted' and source_table <> 'coupon_send'",
    ),
    ("models/ads/segment/ads_consumer_segment.sql", SEND_DATES, SWAPPED_SEND_DATES),
    (
        "models/ads/agent/ads_agent_layered.sql",
        "agents.agent_name",
        "agents.shop_name as agent_name",
    ),
    (
        "models/ads/activity/ads_activity_layered.sql",
        "on effects.activity_key = activities.activity_key",
        "on effects.activity_key = activities.activity_key + 1",
    ),
    (
        "models/dws/dws_segment_profile.sql",
        "sum(pay_amount) as pay_amount",
        "max(pay_amount) as pay_amount",
    ),
    (
        "models/dwd/dwd_coupon_keyed_use.sql",
        "coalesce(filled.consumer_key_at_send, 0) as send_consumer_key_at_send",
        "coalesce(filled.consumer_key, 0) as send_consumer_key_at_send",
    ),
    ("models/dws/dws_period.sql", "coalesce(first_event_date, as_of_date)", "first_event_date"),
    ("models/dws/dws_data_quality.sql", "sum(amount_at_stake)", "max(amount_at_stake)"),
    (
        "models/dwd/dwd_activity.sql",
        "activities.counts_as_lowest_price",
        "activities.is_stackable as counts_as_lowest_price",
    ),
    (
        "macros/clean/rank_repeated_rows.sql",
        "source_line desc nulls last",
        "source_line desc nulls first",
    ),
    (
        "macros/clean/rank_repeated_rows.sql",
        "updated_at desc nulls last",
        "updated_at desc nulls first",
    ),
    ("macros/metric/measures.sql", PEOPLE, SWAPPED_PEOPLE),
    (
        "macros/metric/rank_within_period.sql",
        "partition by {{ relation }}.period, {{ is_ranked }}",
        "partition by {{ relation }}.period",
    ),
    (
        "macros/metric/rank_within_period.sql",
        "partition by {{ relation }}.period, {{ is_ranked }}",
        "partition by {{ is_ranked }}",
    ),
]


@pytest.fixture(scope="module")
def project(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project on the committed sample."""
    folder = tmp_path_factory.mktemp("mutation")
    warehouse = build(ROOT / "seeds" / "ods").warehouse
    os.environ["COUPON_RFM_DB_PATH"] = str(warehouse)
    os.environ["COUPON_RFM_ODS_PATH"] = str(ROOT / "seeds" / "ods")
    return Project(warehouse, folder).open()


@pytest.mark.parametrize(("path", "before", "after"), NAMED)
def test_a_change_that_once_passed_is_noticed(
    project: Project, path: str, before: str, after: str
) -> None:
    verdict = project.judge(project.mutant(path, before, after))
    assert verdict.outcome in NOTICED, verdict


def test_every_mutant_that_changes_the_sample_is_noticed(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """No table of the sample differs for a mutant that passes; why it may, EQUIVALENTS says.

    A mutant that passes, changes no table of the sample and is not listed there wants a test that
    shows the difference, or its reason in the list.
    """
    verdicts = [project.judge(mutant) for mutant in project.all_mutants()]
    known = {key for keys in EQUIVALENTS.values() for key in keys}
    alive = [verdict for verdict in verdicts if verdict.outcome == "alive"]
    unlisted = [
        verdict
        for verdict in verdicts
        if verdict.outcome == "equal" and verdict.mutant.key not in known
    ]
    with capsys.disabled():
        print(f"\n{table(verdicts)}\n\nnot listed yet:\n{listing(unlisted)}")
    assert not alive, listing(alive)


def listing(verdicts: list[Verdict]) -> str:
    """A line for each."""
    return "\n".join(f"{verdict.mutant.name} | {verdict.by}" for verdict in verdicts)


def table(verdicts: list[Verdict]) -> str:
    """How many mutants of each folder were noticed, and by what."""
    outcomes = ("unit", "data", "contract", "alive", "equal")
    lines = ["| folder | mutants | " + " | ".join(outcomes) + " |", "|---" * 7 + "|"]
    counts: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        if verdict.outcome in outcomes:
            folder = "/".join(Path(verdict.mutant.path).parts[:2])
            counts.setdefault(folder, Counter())[verdict.outcome] += 1
            counts.setdefault("**all**", Counter())[verdict.outcome] += 1
    for folder, count in sorted(counts.items(), reverse=True):
        cells = [folder, count.total(), *(count[outcome] for outcome in outcomes)]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)
