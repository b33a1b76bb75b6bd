"""Section 5 of docs/rules.md and docs/contract.md: every ads table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from oracle import seeds
from oracle.cleaning import ACCEPTED, Cleaned
from oracle.exact import average_amount, rate
from oracle.facts import UNKNOWN, UNKNOWN_NAME, Facts, Send, Use
from oracle.rfm import RfmHistory
from oracle.settings import NEW_CONSUMER, UNKNOWN_LEVEL, Settings
from oracle.tables import TABLES

PERIODS: dict[str, int | None] = {"1d": 1, "7d": 7, "30d": 30, "all": None}
NOTHING = Decimal("0.00")
AnyRow = dict[str, Any]


@dataclass
class Tally:
    """What a set of sends and valid uses adds up to."""

    send_count: int = 0
    use_count: int = 0
    redeemed_send_count: int = 0
    send_discount_amount: Decimal = NOTHING
    discount_amount: Decimal = NOTHING
    pay_amount: Decimal = NOTHING
    last_expire_time: datetime = datetime.min
    consumers: set[str] = field(default_factory=set)
    payers: set[str] = field(default_factory=set)

    def add_send(self, send: Send) -> None:
        self.send_count += 1
        self.redeemed_send_count += send.is_redeemed
        self.send_discount_amount += send.discount_amount
        self.last_expire_time = max(self.last_expire_time, send.expire_time)
        self.consumers.add(send.known_consumer_id)

    def add_use(self, use: Use) -> None:
        self.use_count += 1
        self.discount_amount += use.discount_amount
        self.pay_amount += use.pay_amount
        self.payers.add(use.known_consumer_id)

    def add(self, other: Tally) -> None:
        self.send_count += other.send_count
        self.use_count += other.use_count
        self.redeemed_send_count += other.redeemed_send_count
        self.send_discount_amount += other.send_discount_amount
        self.discount_amount += other.discount_amount
        self.pay_amount += other.pay_amount
        self.last_expire_time = max(self.last_expire_time, other.last_expire_time)
        self.consumers |= other.consumers
        self.payers |= other.payers

    @property
    def consumer_count(self) -> int:
        return len(self.consumers - {UNKNOWN})

    @property
    def paying_consumer_count(self) -> int:
        return len(self.payers - {UNKNOWN})

    def measures(self, as_of_date: date | None) -> AnyRow:
        """The block of columns that every effect table carries."""
        return {
            "send_count": self.send_count,
            "use_count": self.use_count,
            "use_rate": rate(self.use_count, self.send_count),
            "send_discount_amount": self.send_discount_amount,
            "discount_amount": self.discount_amount,
            "pay_amount": self.pay_amount,
            "roi": rate(self.pay_amount, self.discount_amount),
            "consumer_count": self.consumer_count,
            "paying_consumer_count": self.paying_consumer_count,
            "cohort_use_rate": rate(self.redeemed_send_count, self.send_count),
            "is_mature": not self.send_count or self.last_expire_time < end_of(as_of_date),
        }


def end_of(day: date) -> datetime:
    """The midnight at the end of a day."""
    return datetime.combine(day + timedelta(days=1), time.min)


class Figures:
    """The figures of one run; `all_tables` lists what is public."""

    def __init__(self, cleaned: Cleaned, facts: Facts, settings: Settings) -> None:
        self.cleaned = cleaned
        self.settings = settings
        self.as_of_date: date | None = facts.as_of_date
        self.sends = facts.counted_sends()
        self.uses = facts.counted_uses()
        self.history = RfmHistory(self.uses, settings)
        self.level_of_send = {send.send_id: self._level_of(send) for send in self.sends}
        self.first_day = min((send.day for send in self.sends), default=None)

    def _level_of(self, send: Send) -> str:
        """The segment that judges a send's effect."""
        day = self.as_of_date
        if self.settings.segment_basis == "at_send":
            day = send.day - timedelta(days=1)
        return self.history.level_at(send.known_consumer_id, day)

    def level(self, send: Send) -> str:
        return self.level_of_send[send.send_id]

    # Tallies ----------------------------------------------------------------------------------

    def tallies(self, key_of: Callable[[Send], Hashable]) -> dict[str, dict[Any, Tally]]:
        """For each period the tally of each key; a use belongs to the key of its send."""
        by_period: dict[str, dict[Any, Tally]] = {}
        for period, days in PERIODS.items():
            tallies: dict[Any, Tally] = defaultdict(Tally)
            first = date.min
            if days is not None and self.as_of_date is not None:
                first = self.as_of_date - timedelta(days=days - 1)
            for send in self.sends:
                if send.day >= first:
                    tallies[key_of(send)].add_send(send)
            for use in self.uses:
                if use.day >= first:
                    tallies[key_of(use.send)].add_use(use)
            by_period[period] = dict(tallies)
        return by_period

    def effect_rows(
        self, key_of: Callable[[Send], Hashable], describe: Callable[[Any], AnyRow]
    ) -> list[AnyRow]:
        """Rows of stat_date, period, the columns that `describe` makes of a key, measures."""
        return [
            {"stat_date": self.as_of_date, "period": period}
            | describe(key)
            | tally.measures(self.as_of_date)
            for period, tallies in self.tallies(key_of).items()
            for key, tally in tallies.items()
        ]

    # Overview and trend -----------------------------------------------------------------------

    def overview_non_layered(self) -> list[AnyRow]:
        return [
            {"stat_date": self.as_of_date, "period": period} | total.measures(self.as_of_date)
            for period, total in self.totals().items()
        ]

    def totals(self) -> dict[str, Tally]:
        return {
            period: tallies.get("everything", Tally())
            for period, tallies in self.tallies(lambda send: "everything").items()
        }

    def overview_layered(self) -> list[AnyRow]:
        totals = self.totals()
        rows = []
        for period, tallies in self.tallies(self.level).items():
            levels = self.settings.level_names()
            levels += [UNKNOWN_LEVEL] if UNKNOWN_LEVEL in tallies else []
            total = totals[period]
            for level in levels:
                tally = tallies.get(level, Tally())
                rows.append(
                    {"stat_date": self.as_of_date, "period": period, "user_level": level}
                    | tally.measures(self.as_of_date)
                    | {
                        "send_share": rate(tally.send_count, total.send_count),
                        "use_share": rate(tally.use_count, total.use_count),
                        "pay_amount_share": rate(tally.pay_amount, total.pay_amount),
                    }
                )
        return rows

    def trend(self) -> list[AnyRow]:
        by_day: dict[date, Tally] = defaultdict(Tally)
        for send in self.sends:
            by_day[send.day].add_send(send)
        for use in self.uses:
            by_day[use.day].add_use(use)
        rows = []
        for stat_date in self.event_days():
            for period in ("1d", "7d", "30d"):
                days = PERIODS[period]
                window = Tally()
                for back in range(days):
                    if (day := stat_date - timedelta(days=back)) in by_day:
                        window.add(by_day[day])
                measures = window.measures(self.as_of_date)
                del measures["consumer_count"], measures["paying_consumer_count"]
                is_full = stat_date - timedelta(days=days - 1) >= self.first_day
                rows.append(
                    {"stat_date": stat_date, "period": period}
                    | measures
                    | {"is_full_window": is_full}
                )
        return rows

    def event_days(self) -> list[date]:
        """Every calendar day from the first event day to as_of_date."""
        if self.first_day is None:
            return []
        count = (self.as_of_date - self.first_day).days + 1
        return [self.first_day + timedelta(days=i) for i in range(count)]

    # Activity, agent, product -----------------------------------------------------------------

    def member(self, table: str, key: str, *columns: str) -> AnyRow:
        """Columns of a dimension's member, with the unknown values where there are none."""
        row = self.cleaned.accepted[table].get(key)
        found = {}
        for column in columns:
            value = row[column] if row is not None else None
            if column.endswith("_id"):
                value = value or UNKNOWN
            elif column.endswith(("_name", "_type")):
                value = UNKNOWN_NAME if value is None else value
            found[column] = value
        return found

    def activity_effect(self) -> list[AnyRow]:
        def describe(key: str) -> AnyRow:
            columns = ("activity_name", "activity_type", "shop_id")
            return {"activity_id": key} | self.member("activity", key, *columns)

        rows = self.effect_rows(lambda send: send.activity_id, describe)
        for measure, rank in (
            ("roi", "roi_rank"),
            ("use_rate", "use_rate_rank"),
            ("pay_amount", "pay_amount_rank"),
        ):
            self.add_rank(rows, measure, rank)
        return rows

    def activity_layered(self) -> list[AnyRow]:
        def describe(key: tuple[str, str]) -> AnyRow:
            name = self.member("activity", key[0], "activity_name")
            return {"activity_id": key[0]} | name | {"user_level": key[1]}

        rows = self.effect_rows(lambda send: (send.activity_id, self.level(send)), describe)
        return [row | {"discount_sensitivity": row["roi"]} for row in rows]

    def agent_performance(self) -> list[AnyRow]:
        def describe(key: str) -> AnyRow:
            return {"agent_id": key} | self.member(
                "agent", key, "agent_name", "shop_id", "shop_name"
            )

        rows = self.effect_rows(lambda send: send.agent_id, describe)
        for row in rows:
            row["avg_discount_amount"] = average_amount(
                row["send_discount_amount"], row["send_count"]
            )
            row["pay_amount_per_consumer"] = average_amount(
                row["pay_amount"], row["paying_consumer_count"]
            )
        self.add_rank(rows, "use_rate", "use_rate_rank")
        return rows

    def agent_layered(self) -> list[AnyRow]:
        def describe(key: tuple[str, str]) -> AnyRow:
            name = self.member("agent", key[0], "agent_name")
            return {"agent_id": key[0]} | name | {"user_level": key[1]}

        rows = self.effect_rows(lambda send: (send.agent_id, self.level(send)), describe)
        return [row | {"send_conversion_rate": row["use_rate"]} for row in rows]

    def product_effect(self) -> list[AnyRow]:
        def describe(key: str) -> AnyRow:
            return {"product_id": key} | self.member(
                "product", key, "product_name", "category_name"
            )

        return self.effect_rows(lambda send: send.product_id, describe)

    def add_rank(self, rows: list[AnyRow], measure: str, rank: str) -> None:
        """Dense rank within the period, descending, None last, of who has sends enough."""
        ranked: dict[str, list[AnyRow]] = defaultdict(list)
        for row in rows:
            row[rank] = None
            if row["send_count"] >= self.settings.min_sends_to_rank:
                ranked[row["period"]].append(row)
        for members in ranked.values():
            values = {row[measure] for row in members}
            in_order = sorted(values - {None}, reverse=True) + ([None] if None in values else [])
            place = {value: number for number, value in enumerate(in_order, start=1)}
            for row in members:
                row[rank] = place[row[measure]]

    # Consumers --------------------------------------------------------------------------------

    def consumer_segment(self) -> list[AnyRow]:
        return [dict(row) for row in self.consumers]

    @cached_property
    def consumers(self) -> list[AnyRow]:
        """The rows of ads_consumer_segment."""
        send_days = self.send_days()
        return [
            self._consumer_row(consumer_id, send_days.get(consumer_id, []))
            for consumer_id in send_days.keys() | self.history.consumers()
        ]

    def send_days(self) -> dict[str, list[date]]:
        """The days on which each known consumer was sent to."""
        days: dict[str, list[date]] = defaultdict(list)
        for send in self.sends:
            days[send.known_consumer_id].append(send.day)
        days.pop(UNKNOWN, None)
        return days

    def _consumer_row(self, consumer_id: str, send_days: list[date]) -> AnyRow:
        rfm = self.history.at(consumer_id, self.as_of_date)
        first_send_date = min(send_days, default=None)
        sub_level = None
        if rfm.user_level == self.settings.rfm_levels["potential"]["name"]:
            sub_level = "均衡"
            if rfm.m_score != rfm.f_score:
                sub_level = "高额低频" if rfm.m_score > rfm.f_score else "低额高频"
        return {
            "consumer_id": consumer_id,
            "as_of_date": self.as_of_date,
            "last_use_date": rfm.last_use_date,
            "recency_days": rfm.recency_days,
            "frequency": rfm.frequency,
            "monetary": rfm.monetary,
            "r_score": rfm.r_score,
            "f_score": rfm.f_score,
            "m_score": rfm.m_score,
            "rfm_total": rfm.rfm_total,
            "user_level": rfm.user_level,
            "user_sub_level": sub_level,
            "lifecycle": self._lifecycle(rfm.last_use_date, first_send_date),
            "first_send_date": first_send_date,
            "last_send_date": max(send_days, default=None),
        }

    def _lifecycle(self, last_use_date: date | None, first_send_date: date | None) -> str:
        _, active_days, _, sleeping_days = self.settings.rfm_thresholds["recency"]
        if last_use_date is None:
            is_new = first_send_date >= self.as_of_date - timedelta(days=active_days)
            return "未核销新客" if is_new else "未核销老客"
        recency_days = (self.as_of_date - last_use_date).days
        if recency_days <= active_days:
            return "活跃"
        return "沉睡" if recency_days <= sleeping_days else "久未核销"

    def segment_profile(self) -> list[AnyRow]:
        consumers = self.consumers
        total_pay_amount = sum((row["monetary"] for row in consumers), NOTHING)
        by_level: dict[str, list[AnyRow]] = defaultdict(list)
        for row in consumers:
            by_level[row["user_level"]].append(row)
        profile = []
        for level, members in by_level.items():
            recencies = [row["recency_days"] for row in members if row["last_use_date"] is not None]
            frequency_sum = sum(row["frequency"] for row in members)
            pay_amount = sum((row["monetary"] for row in members), NOTHING)
            profile.append(
                {
                    "as_of_date": self.as_of_date,
                    "user_level": level,
                    "consumer_count": len(members),
                    "consumer_share": rate(len(members), len(consumers)),
                    "frequency_sum": frequency_sum,
                    "pay_amount": pay_amount,
                    "pay_amount_share": rate(pay_amount, total_pay_amount),
                    "avg_recency_days": rate(sum(recencies), len(recencies)),
                    "avg_frequency": rate(frequency_sum, len(members)),
                    "avg_monetary": average_amount(pay_amount, len(members)),
                }
            )
        return profile

    def segment_migration(self) -> list[AnyRow]:
        consumers = self.consumers
        if not consumers:
            return []
        from_date = self.as_of_date - timedelta(days=self.settings.migration_days)
        moves: Counter[tuple[str, str]] = Counter()
        for consumer in consumers:
            consumer_id = consumer["consumer_id"]
            first_days = [consumer["first_send_date"], self.history.first_use_day(consumer_id)]
            was_there = any(day is not None and day <= from_date for day in first_days)
            from_level = NEW_CONSUMER
            if was_there:
                from_level = self.history.level_at(consumer_id, from_date)
            moves[from_level, consumer["user_level"]] += 1
        leaving: Counter[str] = Counter()
        for (from_level, _), count in moves.items():
            leaving[from_level] += count
        return [
            {
                "from_date": from_date,
                "to_date": self.as_of_date,
                "from_level": from_level,
                "to_level": to_level,
                "consumer_count": count,
                "share_of_from": rate(count, leaving[from_level]),
            }
            for (from_level, to_level), count in moves.items()
        ]

    def segment_strategy(self) -> list[AnyRow]:
        nobody = {
            "consumer_count": 0,
            "consumer_share": rate(0, 1),
            "frequency_sum": 0,
            "pay_amount": NOTHING,
            "pay_amount_share": None,
            "avg_recency_days": None,
            "avg_frequency": None,
            "avg_monetary": None,
        }
        profile = {row["user_level"]: row for row in self.segment_profile()}
        rows = []
        for strategy in seeds.strategies():
            level = self.settings.rfm_levels[strategy["segment_code"]]["name"]
            figures = profile.get(level, nobody)
            rows.append(
                {
                    "user_level": level,
                    "strategy_id": strategy["strategy_id"],
                    "strategy_name": strategy["strategy_name"],
                    "strategy_detail": strategy["strategy_detail"],
                    "tool_type": strategy["tool_type"],
                    "expected_effect": strategy["expected_effect"],
                    "target_metric": strategy["target_metric"],
                    "target_change": strategy["target_change"],
                    "target_unit": strategy["target_unit"],
                    "target_window_days": strategy["target_window_days"],
                    "as_of_date": self.as_of_date,
                }
                | {column: figures[column] for column in nobody}
            )
        return rows

    # Cube and data quality --------------------------------------------------------------------

    def coupon_cube(self) -> list[AnyRow]:
        def key_of(day: date, send: Send) -> tuple[Any, ...]:
            return (day, send.shop_id, send.activity_id, send.agent_id, self.level(send))

        tallies: dict[tuple[Any, ...], Tally] = defaultdict(Tally)
        for send in self.sends:
            tallies[key_of(send.day, send)].add_send(send)
        for use in self.uses:
            tallies[key_of(use.day, use.send)].add_use(use)
        names = ("stat_date", "shop_id", "activity_id", "agent_id", "user_level")
        return [
            dict(zip(names, key, strict=True))
            | {
                "send_count": tally.send_count,
                "use_count": tally.use_count,
                "redeemed_send_count": tally.redeemed_send_count,
                "send_discount_amount": tally.send_discount_amount,
                "discount_amount": tally.discount_amount,
                "pay_amount": tally.pay_amount,
            }
            for key, tally in tallies.items()
        ]

    def data_quality(self) -> list[AnyRow]:
        counts: Counter[tuple[str, str, str]] = Counter()
        amounts: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
        for table in TABLES:
            counts[table, ACCEPTED, ""] = 0
        for row in self.cleaned.rows:
            key = (row.table.name, row.outcome, row.reason)
            counts[key] += 1
            if row.amount_at_stake is not None:
                amounts[key].append(row.amount_at_stake)
        return [
            {
                "source_table": table,
                "outcome": outcome,
                "reason": reason,
                "row_count": count,
                "amount_at_stake": sum(amounts[table, outcome, reason], NOTHING)
                if amounts[table, outcome, reason]
                else None,
                "note": self._note(table) if outcome == ACCEPTED else None,
            }
            for (table, outcome, reason), count in counts.items()
        ]

    def _note(self, table: str) -> str | None:
        raw = self.cleaned.raw[table]
        if not raw.exists:
            return "文件不存在"
        if raw.unknown_columns:
            return "忽略的列: " + ", ".join(sorted(raw.unknown_columns))
        return None


def all_tables(cleaned: Cleaned, facts: Facts, settings: Settings) -> dict[str, list[AnyRow]]:
    """Every ads table by name."""
    figures = Figures(cleaned, facts, settings)
    return {
        "ads_consumer_segment": figures.consumer_segment(),
        "ads_overview_non_layered": figures.overview_non_layered(),
        "ads_overview_layered": figures.overview_layered(),
        "ads_segment_profile": figures.segment_profile(),
        "ads_trend": figures.trend(),
        "ads_activity_effect": figures.activity_effect(),
        "ads_activity_layered": figures.activity_layered(),
        "ads_agent_performance": figures.agent_performance(),
        "ads_agent_layered": figures.agent_layered(),
        "ads_product_effect": figures.product_effect(),
        "ads_segment_migration": figures.segment_migration(),
        "ads_segment_strategy": figures.segment_strategy(),
        "ads_coupon_cube": figures.coupon_cube(),
        "ads_data_quality": figures.data_quality(),
    }


KEYS: dict[str, tuple[str, ...]] = {
    "ads_consumer_segment": ("consumer_id",),
    "ads_overview_non_layered": ("period",),
    "ads_overview_layered": ("period", "user_level"),
    "ads_segment_profile": ("user_level",),
    "ads_trend": ("stat_date", "period"),
    "ads_activity_effect": ("period", "activity_id"),
    "ads_activity_layered": ("period", "activity_id", "user_level"),
    "ads_agent_performance": ("period", "agent_id"),
    "ads_agent_layered": ("period", "agent_id", "user_level"),
    "ads_product_effect": ("period", "product_id"),
    "ads_segment_migration": ("from_level", "to_level"),
    "ads_segment_strategy": ("user_level", "strategy_id"),
    "ads_coupon_cube": ("stat_date", "shop_id", "activity_id", "agent_id", "user_level"),
    "ads_data_quality": ("source_table", "outcome", "reason"),
}


def rows_by_key(table: str, rows: Iterable[AnyRow]) -> dict[tuple[Any, ...], AnyRow]:
    """The rows of an ads table by the contract's key; ValueError where a key is there twice."""
    found: dict[tuple[Any, ...], AnyRow] = {}
    for row in rows:
        key = tuple(row[column] for column in KEYS[table])
        if key in found:
            raise ValueError(f"{table}: the key {key} is there twice")
        found[key] = row
    return found
