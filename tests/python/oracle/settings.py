"""The vars of the project that change a figure, with their documented defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

UNKNOWN_LEVEL = "未知用户"
NEW_CONSUMER = "新用户"
LEVEL_ROLES = ("high_value", "potential", "general", "lost")


def _thresholds() -> dict[str, list[Any]]:
    return {
        "recency": [7, 30, 90, 180],
        "frequency": [10, 5, 3, 1],
        "monetary": [10000, 5000, 1000, 100],
    }


def _levels() -> dict[str, dict[str, Any]]:
    return {
        "high_value": {"name": "高价值用户", "min_total": 13},
        "potential": {"name": "潜力用户", "min_total": 9},
        "general": {"name": "一般用户", "min_total": 6},
        "lost": {"name": "流失用户", "min_total": 3},
    }


@dataclass(frozen=True)
class Settings:
    """`rfm_thresholds` and `rfm_levels` are replaced as a whole, as dbt does with a var."""

    as_of_date: str | None = "latest"
    rfm_window_days: int = 365
    rfm_thresholds: dict[str, list[Any]] = field(default_factory=_thresholds)
    rfm_levels: dict[str, dict[str, Any]] = field(default_factory=_levels)
    segment_basis: str = "at_send"
    min_sends_to_rank: int = 30
    migration_days: int = 7
    business_timezone: str = "Asia/Shanghai"

    @classmethod
    def from_vars(cls, variables: Mapping[str, Any]) -> Settings:
        """The settings that the vars of a run make; vars that change no figure are passed over."""
        known = {entry.name for entry in fields(cls)}
        return cls(**{name: value for name, value in variables.items() if name in known})

    def wanted_as_of_date(self) -> date | None:
        """The day that `as_of_date` names, None where the data decide."""
        if self.as_of_date in (None, "latest"):
            return None
        if self.as_of_date == "today":
            return datetime.now(ZoneInfo(self.business_timezone)).date()
        return date.fromisoformat(str(self.as_of_date))

    def bounds(self, dimension: str) -> list[Decimal]:
        """The bounds of the scores 5, 4, 3, 2 of `recency`, `frequency` or `monetary`."""
        return [Decimal(str(bound)) for bound in self.rfm_thresholds[dimension]]

    def level_names(self) -> list[str]:
        """The four segments, from the best to the worst."""
        return [self.rfm_levels[role]["name"] for role in LEVEL_ROLES]


def default_settings() -> Settings:
    """The settings of a run without vars."""
    return Settings()
