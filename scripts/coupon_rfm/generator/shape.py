"""Who is sent a coupon when, and who redeems it: the clean facts, chunk by chunk in time order.

A chunk is some whole days. Rows are columns of numbers (`Rows`); texts are made at the very end.
Times are seconds since 1970-01-01 00:00 local time, money is fen, a consumer is a number.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from .catalogue import NORMAL, Catalogue, inverse_normal, normal
from .settings import DAY, Draws, Settings

Rows = dict[str, np.ndarray]

CHUNK_SENDS = 1 << 17
BLOCK = 1 << 20  # consumers drawn at once
SENDS_SCALE, SENDS_SPREAD = 1.9, 1.3  # sends per consumer: lognormal, median 2, P99 about 40
MOST_SENDS = 150
STAYING_SHARE = 0.5  # consumers who may be sent coupons all the time; the others come and go
NEVER = 65_535
LEAST_GAP = 2  # days, so that 24 h lie between two sends to a consumer
SOON_SHARE = 0.005  # re-sent on the next day already
PROPENSITY_LOW, PROPENSITY_SPAN = 0.15, 0.30  # redemption 15-45 %
PROPENSITY_STEPS = 256
DEPTH_SLOPE, DEPTH_CENTRE = 1.5, 0.2  # on the logit, per discount / price
WEEKEND, TREND = 1.2, -0.45  # later days weigh less, for more consumers have come by then
PEAK_WEIGHT = {(11, 11): 6.5, (11, 1): 2.0, (6, 18): 3.0, (6, 1): 1.6, (12, 12): 2.0}
HOUR_WEIGHT = (
    *(6, 3, 1, 1, 1, 2, 5, 12, 25, 45, 68, 56),  # 0-11 h
    *(40, 44, 60, 62, 54, 40, 38, 50, 76, 80, 68, 30),  # 12-23 h
)
VALID_HOURS = np.array([24] * 12 + [12] * 3 + [6] * 2 + [2] * 2 + [1])  # 24 h: 60 %
DELAY_MEDIAN, DELAY_SPREAD = 3_000.0, 2.4  # seconds; lognormal, 30 min once cut at the validity
LEAST_DELAY = 8  # seconds
SECOND_USE_SHARE, OTHER_BUYER_SHARE, UNUSED_SHARE = 0.03, 0.015, 0.04
SESSION_SHARE, SESSIONS_PER_LINKED = 0.125, 4  # a quarter of the sessions leads to a send
ORDINARY_ORDER_SHARE = 0.25  # orders without a coupon, per send
REFUND_SHARE, REFUND_DAYS, FULL_REFUND_SHARE = 0.11, 15, 0.7


def take(rows: Rows, which: np.ndarray) -> Rows:
    """Return the chosen rows (indices or booleans)."""
    return {name: column[which] for name, column in rows.items()}


def stack(parts: list[Rows]) -> Rows:
    """Return the rows of all parts, in this order."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def in_order(time: np.ndarray) -> np.ndarray:
    """Return the indices that sort by time, equal times by index (the same on any machine)."""
    if len(time) == 0:
        return np.zeros(0, dtype=np.int64)
    keys = (time - time.min()) << 24 | np.arange(len(time))
    keys.sort()
    return keys & 0xFFFFFF


class Counters:
    """The last number of every key that is handed out in sequence, by name."""

    def __init__(self) -> None:
        self._last = dict.fromkeys(("send", "use", "order", "session", "refund"), 0)

    def next(self, name: str, count: int) -> np.ndarray:
        """Hand out `count` numbers."""
        first = self._last[name] + 1
        self._last[name] += count
        return np.arange(first, first + count)


@dataclass
class Chunk:
    """The clean facts whose send, session or ordinary order lies in days [first_day, last_day]."""

    number: int
    first_day: int
    last_day: int
    sends: Rows
    uses: Rows
    refunds: Rows
    sessions: Rows
    orders: Rows  # without a coupon; those with one follow from the uses


class Consumers:
    """What is remembered of every consumer: a few bytes each, whatever the number of sends."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.day_start = np.concatenate(([0.0], np.cumsum(day_weights(settings))))
        self.remaining, self.propensity = self._draw_counts()
        self.total = self.remaining.copy()
        self.end_day = np.empty(len(self), dtype=np.uint16)
        self.next_day = np.empty(len(self), dtype=np.uint16)
        self._draw_first_days()

    def __len__(self) -> int:
        return len(self.remaining)

    def _draw_counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw sends per consumer until their sum is as asked, and the propensity beside them."""
        settings = self.settings
        most = max(1, min(MOST_SENDS, settings.days // 3))
        table = np.rint(np.exp(math.log(SENDS_SCALE) + SENDS_SPREAD * inverse_normal(1 << 16)))
        table = np.clip(table, 1, most).astype(np.uint8)
        loyalty = 0.55 * (np.log(np.arange(1, 256)) - 1.0)  # who is sent more redeems more
        draws = Draws(settings.seed, "consumer")
        counts, steps, missing = [], [], settings.sends
        while missing > 0:
            count = table[draws.below(1 << 16, min(BLOCK, missing))]
            total = np.cumsum(count, dtype=np.int64)
            kept = min(int(np.searchsorted(total, missing)) + 1, len(count))
            count, total = count[:kept], total[:kept]
            if total[-1] > missing:
                count[-1] -= total[-1] - missing
            score = 0.7 * normal(draws, kept) + loyalty[count - 1]
            step = np.clip(np.rint(PROPENSITY_STEPS / (1 + np.exp(-score))), 0, 255)
            counts.append(count)
            steps.append(step.astype(np.uint8))
            missing -= int(total[-1])
        return np.concatenate(counts), np.concatenate(steps)

    def _draw_first_days(self) -> None:
        settings, days = self.settings, self.settings.days
        draws = Draws(settings.seed, "lifetime")
        for first in range(0, len(self), BLOCK):
            block = slice(first, min(first + BLOCK, len(self)))
            count = block.stop - block.start
            length = 45 + draws.below(max(days - 45, 1), count)
            start = draws.below(days, count) - length // 3
            sends = self.remaining[block]
            stays = draws.chance(STAYING_SHARE, count) | (sends * 4 > length)
            start = np.where(stays, 0, np.clip(start, 0, days - 1))
            end = np.where(stays, days, np.clip(start + length, 1, days))
            start = np.minimum(start, np.maximum(days - 4 * sends.astype(np.int64), 0))
            self.end_day[block] = end
            self.next_day[block] = self._draw_day(draws, start, end, sends)

    def _draw_day(
        self, draws: Draws, start: np.ndarray, end: np.ndarray, remaining: np.ndarray
    ) -> np.ndarray:
        """Return the first of `remaining` sends spread over days [start, end) by their weights."""
        days = self.settings.days
        start = np.minimum(start, days - 1)
        end = np.where(end <= start, days, end)
        end = np.maximum(end - LEAST_GAP * (remaining.astype(np.int64) - 1), start + 1)
        low, high = self.day_start[start], self.day_start[end]
        fraction = 1.0 - draws.unit(len(start)) ** (1.0 / remaining)
        day = np.searchsorted(self.day_start, low + (high - low) * fraction, side="right") - 1
        return np.clip(day, start, days - 1)

    def of_day(self, draws: Draws, day: int) -> np.ndarray:
        """Return who is sent a coupon on this day (on the last day possibly several times)."""
        who = np.flatnonzero(self.next_day == day)
        remaining = self.remaining[who]
        self.next_day[who] = NEVER
        if day == self.settings.days - 1:
            return np.repeat(who, remaining)
        again = who[remaining > 1]
        remaining = remaining[remaining > 1] - 1
        self.remaining[again] = remaining
        start = day + np.where(draws.chance(SOON_SHARE, len(again)), 1, LEAST_GAP)
        end = self.end_day[again].astype(np.int64)
        self.next_day[again] = self._draw_day(draws, start, end, remaining)
        return who


def day_weights(settings: Settings) -> np.ndarray:
    """Return the relative number of sends per day: weekends and peaks."""
    weights = np.empty(settings.days)
    for number in range(settings.days):
        day: date = settings.first_date + timedelta(days=number)
        weight = 1.0 + TREND * number / settings.days
        if day.weekday() >= 5:
            weight *= WEEKEND
        weights[number] = weight * PEAK_WEIGHT.get((day.month, day.day), 1.0)
    return weights


def hour_table() -> np.ndarray:
    """Return 4096 hours of the day, as frequent as sends are in them."""
    share = np.cumsum(HOUR_WEIGHT) / sum(HOUR_WEIGHT)
    return np.searchsorted(share, (np.arange(4096) + 0.5) / 4096)


def delay_table() -> tuple[np.ndarray, np.ndarray]:
    """Return ascending delays in seconds, and how many of them lie within each number of hours."""
    quantiles = np.exp(math.log(DELAY_MEDIAN) + DELAY_SPREAD * inverse_normal(1 << 14))
    delays = np.clip(np.rint(quantiles), LEAST_DELAY, 1 << 30).astype(np.int64)
    return delays, np.searchsorted(delays, np.arange(25) * 3600, side="right")


class Shape:
    """Draws the chunks of a data set, one after the other."""

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.consumers = Consumers(settings)
        self.counters = Counters()
        self._hours = hour_table()
        self._delays, self._within = delay_table()
        step = np.arange(PROPENSITY_STEPS) / (PROPENSITY_STEPS - 1)
        self.propensity = PROPENSITY_LOW + PROPENSITY_SPAN * step
        self._logit = np.log(self.propensity / (1 - self.propensity))

    def chunks(self) -> Iterator[Chunk]:
        """Yield the chunks in time order; each holds whole days."""
        schedule = Draws(self.settings.seed, "schedule")
        days: list[np.ndarray] = []
        first_day, pending, number = 0, 0, 0
        for day in range(self.settings.days):
            who = self.consumers.of_day(schedule, day)
            days.append(who)
            pending += len(who)
            if pending >= CHUNK_SENDS or day == self.settings.days - 1:
                sizes = [len(who) for who in days]
                day_numbers = np.repeat(np.arange(first_day, day + 1), sizes)
                yield self._draw_chunk(number, first_day, day, np.concatenate(days), day_numbers)
                days, first_day, pending, number = [], day + 1, 0, number + 1

    def _draw_chunk(
        self, number: int, first_day: int, last_day: int, who: np.ndarray, day: np.ndarray
    ) -> Chunk:
        draws = Draws(self.settings.seed, "chunk", number)
        sends = self._draw_sends(draws, who, day)
        uses = self._draw_uses(draws, sends)
        return Chunk(
            number=number,
            first_day=first_day,
            last_day=last_day,
            sends=sends,
            uses=uses,
            refunds=self._draw_refunds(draws, uses),
            sessions=self._draw_sessions(draws, sends, day),
            orders=self._draw_orders(draws, sends, day),
        )

    def _second_of_day(self, draws: Draws, count: int) -> np.ndarray:
        words = draws.words(count)
        hour = self._hours[words >> np.uint64(52)]
        second = ((words & np.uint64(0xFFFFFFFF)) * np.uint64(3600)) >> np.uint64(32)
        return hour * 3600 + second.astype(np.int64)

    def _draw_sends(self, draws: Draws, who: np.ndarray, day: np.ndarray) -> Rows:
        catalogue, count = self.catalogue, len(who)
        time = self.settings.start + day * DAY + self._second_of_day(draws, count)
        order = in_order(time)
        time, who, day = time[order], who[order], day[order]
        shops = self.settings.shops
        away = draws.chance(0.15, count)  # the home shop of a consumer follows from the number
        shop = (who + np.where(away, draws.below(shops, count), 0)) % shops
        activity = catalogue.activity_roster.pick(draws, day, shop)
        agent = catalogue.agent_roster.pick(draws, day, shop)
        product = catalogue.pick_product(draws, activity, time)
        price = catalogue.products.price_at(product, time)
        version = catalogue.activities.version_at(activity, time)
        amount = catalogue.activities.amount[version, activity]
        is_fixed = catalogue.activities.is_fixed[version, activity]
        linked = draws.chance(SESSION_SHARE, count)
        session = np.full(count, -1)
        session[linked] = self.counters.next("session", int(linked.sum()))
        return {
            "number": self.counters.next("send", count),
            "activity": activity,
            "agent": agent,
            "consumer": who.astype(np.int32),
            "product": product,
            "time": time,
            "price": price,
            "cap": np.where(is_fixed, -1, amount),
            "discount": self._discount(draws, amount, is_fixed, price),
            "hours": VALID_HOURS[draws.below(len(VALID_HOURS), count)],
            "session": session,
        }

    def _discount(
        self, draws: Draws, amount: np.ndarray, is_fixed: np.ndarray, price: np.ndarray
    ) -> np.ndarray:
        """Return fen: the activity's, or when custom 5-30 % of the price in steps of 0.5 yuan."""
        percent = 5 + draws.below(26, len(price))
        custom = np.clip(price * percent // 5000 * 50, 100, amount)
        return np.where(is_fixed, amount, custom)

    def redemption_chance(self, sends: Rows) -> np.ndarray:
        """Return the probability of redemption of each send: the planted truth."""
        depth = sends["discount"] / sends["price"]
        logit = (
            self._logit[self.consumers.propensity[sends["consumer"]]]
            + DEPTH_SLOPE * (depth - DEPTH_CENTRE)
            + self.catalogue.agents.skill[sends["agent"]]
            + self.catalogue.activities.uplift[sends["activity"]]
        )
        return 1.0 / (1.0 + np.exp(-logit))

    def _draw_uses(self, draws: Draws, sends: Rows) -> Rows:
        count = len(sends["time"])
        redeemed = draws.unit(count) < self.redemption_chance(sends)
        first = np.flatnonzero(redeemed)
        hours = sends["hours"][first]
        place = draws.unit(len(first)) * self._within[hours]
        paid = sends["time"][first] + self._delays[place.astype(np.int64)]
        room = sends["time"][first] + hours * 3600 - paid
        twice = draws.chance(SECOND_USE_SHARE, len(first)) & (room > 120)
        second = first[twice]
        later = 60 + (draws.unit(len(second)) * (room[twice] - 60)).astype(np.int64)
        unused = np.flatnonzero(~redeemed & draws.chance(UNUSED_SHARE, count))
        expiry = sends["time"][unused] + sends["hours"][unused] * 3600
        send = np.concatenate((first, second, unused))
        time = np.concatenate((paid, paid[twice] + later, expiry))
        is_used = np.arange(len(send)) < len(first) + len(second)
        kept = np.flatnonzero(time < self.settings.stop)
        kept = kept[in_order(time[kept])]
        return self._complete_uses(draws, sends, send[kept], time[kept], is_used[kept])

    def _complete_uses(
        self, draws: Draws, sends: Rows, send: np.ndarray, time: np.ndarray, is_used: np.ndarray
    ) -> Rows:
        """Add who paid and how much. `send` is the place of the send in its chunk."""
        count = len(send)
        consumer = sends["consumer"][send]
        other = draws.chance(OTHER_BUYER_SHARE, count) & is_used
        stranger = draws.below(len(self.consumers), count)
        pieces = np.array([1] * 17 + [2] * 2 + [3])[draws.below(20, count)]
        price = sends["price"][send]
        pay = price * pieces - sends["discount"][send]
        return {
            "number": self.counters.next("use", count),
            "send": send,
            "send_number": sends["number"][send],
            "order": self.counters.next("order", count),
            "consumer": np.where(other, stranger, consumer).astype(np.int32),
            "is_used": is_used,
            "time": time,
            "pay": np.where(is_used, pay, -1),
            "discount": sends["discount"][send],
            "shop": self.catalogue.products.shop[sends["product"][send]],
        }

    def _draw_refunds(self, draws: Draws, uses: Rows) -> Rows:
        count = len(uses["time"])
        lag = (draws.unit(count) ** 2 * (REFUND_DAYS * DAY - 600)).astype(np.int64) + 600
        time = uses["time"] + lag
        percent = np.where(draws.chance(FULL_REFUND_SHARE, count), 100, 10 + draws.below(81, count))
        status = np.array([0] * 17 + [1] * 2 + [2])[draws.below(20, count)]
        chosen = draws.chance(REFUND_SHARE, count) & uses["is_used"] & (time < self.settings.stop)
        use = np.flatnonzero(chosen)
        return {
            "number": self.counters.next("refund", len(use)),
            "use": use,
            "use_number": uses["number"][use],
            "amount": uses["pay"][use] * percent[use] // 100,
            "pay": uses["pay"][use],
            "time": time[use],
            "status": status[use],
        }

    def _draw_sessions(self, draws: Draws, sends: Rows, day: np.ndarray) -> Rows:
        """Draw the sessions that led to a send, and three times as many that did not."""
        linked = np.flatnonzero(sends["session"] >= 0)
        count = len(linked)
        before = 30 + draws.below(1200, count)
        sent = sends["time"][linked]
        start = np.maximum(sent - before, sent - sent % DAY)
        idle = count * (SESSIONS_PER_LINKED - 1)
        idle_day = day[draws.below(max(len(day), 1), idle)]
        consumer = draws.below(len(self.consumers), idle)
        shop = consumer % self.settings.shops
        agent = self.catalogue.agent_roster.pick(draws, idle_day, shop)
        idle_start = self.settings.start + idle_day * DAY + self._second_of_day(draws, idle)
        total = count + idle
        start = np.concatenate((start, idle_start))
        end = np.concatenate((sent, idle_start)) + 20 + draws.below(1500, total)
        reply = np.rint(np.exp(math.log(30) + NORMAL[draws.below(len(NORMAL), total)]))
        return {
            "number": np.concatenate(
                (sends["session"][linked], self.counters.next("session", idle))
            ),
            "consumer": np.concatenate((sends["consumer"][linked], consumer)).astype(np.int32),
            "agent": np.concatenate((sends["agent"][linked], agent)),
            "time": start,
            "end": end,
            "reply": reply.astype(np.int64),
            "is_inquiry": draws.chance(0.7, total),
        }

    def _draw_orders(self, draws: Draws, sends: Rows, day: np.ndarray) -> Rows:
        """Draw the orders without a coupon, of the same consumers."""
        count = round(len(day) * ORDINARY_ORDER_SHARE)
        buyer = draws.below(max(len(day), 1), count)
        consumer = sends["consumer"][buyer]
        bought_day = day[draws.below(max(len(day), 1), count)]
        shop = consumer % self.settings.shops
        activity = self.catalogue.activity_roster.pick(draws, bought_day, shop)
        morning = self.settings.start + bought_day * DAY
        product = self.catalogue.pick_product(draws, activity, morning)
        time = morning + self._second_of_day(draws, count)
        return {
            "number": self.counters.next("order", count),
            "consumer": consumer,
            "shop": shop,
            "time": time,
            "pay": self.catalogue.products.price_at(product, time),
            "is_closed": draws.chance(0.05, count),
        }
