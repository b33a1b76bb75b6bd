"""A second, plain-Python implementation of docs/rules.md: the judge of the warehouse.

No SQL, no data frames, and nothing shared with the models but the two seeds that are data
themselves (test accounts and strategies). The modules follow the sections of docs/rules.md:

=============  ==================================================
`tables`       the raw tables, their columns and the kind of each
`files`        1. files, lines, fields, headers
`values`       2. text to values
`cleaning`     3. reject reasons and duplicates
`facts`        4. members, consumers, validity
`rfm`          5. RFM at a day
`figures`      5. every ads table of the output contract
`settings`     the vars and their defaults
=============  ==================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle import cleaning, facts, figures
from oracle.files import OdsError
from oracle.settings import Settings, default_settings

__all__ = ["OdsError", "Outcome", "Settings", "compute", "default_settings", "evaluate"]


@dataclass(frozen=True)
class Outcome:
    """What the rules make of one ods folder.

    `tables` maps each ads table to its rows, `rows` holds every raw row with its outcome and
    reason, `histories` the versions of the dimensions by table and key, `facts` the accepted sends
    and uses with everything derived from them.
    """

    tables: dict[str, list[dict[str, Any]]]
    rows: list[cleaning.Row]
    histories: dict[str, dict[str, cleaning.History]]
    facts: facts.Facts
    settings: Settings


def compute(
    ods_path: str | Path, variables: Mapping[str, Any] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Every ads table of the output contract, from the raw files under `ods_path`.

    Rows are dicts in the contract's column order, of str, int, Decimal (at the contract's scale),
    date, bool and None, in no promised order. Raises OdsError where the build has to stop.
    """
    return evaluate(ods_path, variables).tables


def evaluate(ods_path: str | Path, variables: Mapping[str, Any] | None = None) -> Outcome:
    """`compute`, together with the judgement of every raw row and the facts behind the figures."""
    settings = Settings.from_vars(variables or {})
    cleaned = cleaning.clean(Path(ods_path), settings.business_timezone)
    found = facts.derive(cleaned, settings)
    tables = figures.all_tables(cleaned, found, settings)
    return Outcome(tables, cleaned.rows, cleaned.histories, found, settings)
