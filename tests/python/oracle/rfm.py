"""Section 5 of docs/rules.md: the RFM of a consumer at the end of any day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from oracle.facts import UNKNOWN, Use
from oracle.settings import UNKNOWN_LEVEL, Settings

NEVER_REDEEMED_DAYS = 999


@dataclass(frozen=True)
class Rfm:
    """R, F and M of one consumer at one day, with scores and segment."""

    last_use_date: date | None
    recency_days: int
    frequency: int
    monetary: Decimal
    r_score: int
    f_score: int
    m_score: int
    user_level: str

    @property
    def rfm_total(self) -> int:
        return self.r_score + self.f_score + self.m_score


class RfmHistory:
    """Answers the RFM of any consumer at any day, from the valid uses of whoever paid."""

    def __init__(self, uses: Iterable[Use], settings: Settings) -> None:
        self.settings = settings
        dimensions = ("recency", "frequency", "monetary")
        self._bounds = {dimension: settings.bounds(dimension) for dimension in dimensions}
        paid: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for use in uses:
            paid[use.known_consumer_id].append((use.day, use.pay_amount))
        paid.pop(UNKNOWN, None)
        self._days: dict[str, list[date]] = {}
        self._paid_before: dict[str, list[Decimal]] = {}
        for consumer_id, payments in paid.items():
            payments.sort()
            self._days[consumer_id] = [day for day, _ in payments]
            amounts = (amount for _, amount in payments)
            self._paid_before[consumer_id] = list(accumulate(amounts, initial=Decimal("0.00")))

    def consumers(self) -> set[str]:
        """Who has a valid use."""
        return set(self._days)

    def first_use_day(self, consumer_id: str) -> date | None:
        days = self._days.get(consumer_id)
        return days[0] if days else None

    def at(self, consumer_id: str, day: date) -> Rfm:
        """The RFM of a known consumer at the end of a day."""
        days = self._days.get(consumer_id, [])
        paid_before = self._paid_before.get(consumer_id, [Decimal("0.00")])
        until = bisect_right(days, day)
        since = bisect_right(days, day - timedelta(days=self.settings.rfm_window_days))
        last_use_date = days[until - 1] if until else None
        recency_days = (day - last_use_date).days if last_use_date else NEVER_REDEEMED_DAYS
        frequency = until - since
        monetary = paid_before[until] - paid_before[since]
        scores = (
            self._score_at_most("recency", recency_days),
            self._score_at_least("frequency", frequency),
            self._score_at_least("monetary", monetary),
        )
        level = self._level(sum(scores))
        return Rfm(last_use_date, recency_days, frequency, monetary, *scores, level)

    def level_at(self, consumer_id: str, day: date) -> str:
        """The segment at the end of a day, 未知用户 for the unknown consumer."""
        return UNKNOWN_LEVEL if consumer_id == UNKNOWN else self.at(consumer_id, day).user_level

    def _score_at_most(self, dimension: str, value: int) -> int:
        bounds = self._bounds[dimension]
        return next((5 - i for i, bound in enumerate(bounds) if value <= bound), 1)

    def _score_at_least(self, dimension: str, value: int | Decimal) -> int:
        bounds = self._bounds[dimension]
        return next((5 - i for i, bound in enumerate(bounds) if value >= bound), 1)

    def _level(self, rfm_total: int) -> str:
        levels = self.settings.rfm_levels
        for role in ("high_value", "potential", "general"):
            if rfm_total >= levels[role]["min_total"]:
                return levels[role]["name"]
        return levels["lost"]["name"]
