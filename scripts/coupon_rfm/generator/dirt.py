"""Where defects are planted among the facts: which row gets which kind, one at most.

A send and its uses share one defect, so that none has consequences that are not listed. Kinds that
take a send away are planted on sends without a use only. The texts come later (`defect`).
"""

import numpy as np

from .catalogue import Catalogue
from .settings import DAY, Draws, Settings
from .shape import Chunk, Rows, stack, take
from .variant import MINUTES_ONLY, TIME_SPELLINGS

SEND_SHARE = {
    "unit_suspect": 0.002,
    "discount_out_of_rule": 0.003,
    "validity_out_of_rule": 0.003,
    "bad_time": 0.001,
    "bad_amount": 0.001,
    "mangled_id": 0.001,
    "missing_key": 0.001,
    "test_agent": 0.0015,
    "test_consumer": 0.0015,
    "missing_filled_by_use": 0.0035,
    "missing_filled_by_session": 0.003,
    "missing_unfilled": 0.0035,
    "unknown_member": 0.003,
    "after_agent_left": 0.0015,
    "outside_activity": 0.0015,
    "time_format": 0.03,
    "amount_format": 0.005,
    "id_wrapper": 0.001,
    "duplicate_identical": 0.005,
    "duplicate_superseded": 0.002,
    "late": 0.02,
}
USE_SHARE = {
    "unit_suspect": 0.002,
    "discount_out_of_rule": 0.003,
    "bad_time": 0.001,
    "bad_amount": 0.001,
    "mangled_id": 0.001,
    "missing_key": 0.001,
    "bad_flag": 0.002,
    "orphan_use": 0.003,
    "use_before_send": 0.003,
    "expired": 0.01,
    "test_consumer": 0.0015,
    "test_payment": 0.0015,
    "consumer_missing": 0.01,
    "flag_format": 0.018,
    "time_format": 0.03,
    "amount_format": 0.005,
    "id_wrapper": 0.001,
    "duplicate_identical": 0.005,
    "duplicate_superseded": 0.002,
    "late": 0.02,
}
REFUND_SHARE = {"refund_larger_than_paid": 0.001, "refund_unknown_use": 0.001}
KINDS = ("", *sorted({*SEND_SHARE, *USE_SHARE, *REFUND_SHARE}))
CODE = {kind: code for code, kind in enumerate(KINDS)}
CORRECTION = 50  # fen less in a corrected row
CORRECTION_DAYS, LATE_DAYS, VERY_LATE_DAYS = 5, 3, 10
EXPIRED_SECONDS = 36 * 3600


class Dirt:
    """Plants defects chunk by chunk; shares hold over the whole data set, not per chunk."""

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self._due: dict[tuple[str, str], float] = {}

    def plant(self, chunk: Chunk) -> tuple[Rows, Rows, Rows]:
        """Return sends, uses and refunds with arrival, kind, aux (free number) and note.

        Duplicates are appended. `arrival` is when the row is exported: its day is its batch.
        """
        self._draws = Draws(self.settings.seed, "dirt", chunk.number)
        for rows in (chunk.sends, chunk.uses, chunk.refunds):
            count = len(rows["time"])
            rows["arrival"] = rows["time"].copy()
            rows["kind"] = np.zeros(count, dtype=np.int16)
            rows["aux"] = np.zeros(count, dtype=np.int64)
            rows["note"] = np.zeros(count, dtype=np.int64)
        if not self.settings.dirty_rate:
            return chunk.sends, chunk.uses, chunk.refunds
        self._sends, self._uses = chunk.sends, chunk.uses
        self._owner = chunk.uses["send"]  # place of the send of each use
        self._is_free = np.ones(len(chunk.sends["time"]), dtype=bool)
        self._has_use = np.zeros(len(self._is_free), dtype=bool)
        self._has_use[self._owner] = True
        self._has_refund = np.zeros(len(self._owner), dtype=bool)
        self._has_refund[chunk.refunds["use"]] = True
        extra_sends = self._plant_sends()
        extra_uses = self._plant_uses()
        self._plant_refunds(chunk.refunds)
        return (
            stack([chunk.sends, *extra_sends]),
            stack([chunk.uses, *extra_uses]),
            chunk.refunds,
        )

    def _choose(self, table: str, kind: str, share: float, is_open: np.ndarray) -> np.ndarray:
        """Return the places of the rows that get this kind, spread evenly over the open ones."""
        rate = self.settings.dirty_rate
        due = self._due.get((table, kind), 1.0) + share * rate * len(is_open)
        candidates = np.flatnonzero(is_open)
        count = min(int(due), len(candidates))
        self._due[table, kind] = due - count
        if not count:
            return candidates[:0]
        edge = np.arange(count + 1) * len(candidates) // count
        return candidates[edge[:-1] + self._draws.below(np.diff(edge), count)]

    def _mark(self, rows: Rows, chosen: np.ndarray, kind: str) -> None:
        rows["kind"][chosen] = CODE[kind]
        rows["aux"][chosen] = self._draws.below(1 << 30, len(chosen))

    def _choose_sends(self, kind: str, is_open: np.ndarray | None = None) -> np.ndarray:
        free = self._is_free if is_open is None else self._is_free & is_open
        chosen = self._choose("coupon_send", kind, SEND_SHARE[kind], free)
        self._is_free[chosen] = False
        self._mark(self._sends, chosen, kind)
        return chosen

    def _choose_uses(self, kind: str, is_open: np.ndarray) -> np.ndarray:
        free = self._is_free[self._owner] & is_open
        chosen = self._choose("coupon_use", kind, USE_SHARE[kind], free)
        _, first = np.unique(self._owner[chosen], return_index=True)  # one use of a send only
        chosen = chosen[np.sort(first)]
        self._is_free[self._owner[chosen]] = False
        self._mark(self._uses, chosen, kind)
        return chosen

    def _plant_sends(self) -> list[Rows]:
        sends, lonely = self._sends, ~self._has_use
        self._choose_sends("unit_suspect", lonely & (2 * sends["discount"] >= sends["price"]))
        for kind in ("discount_out_of_rule", "validity_out_of_rule", "bad_time", "bad_amount"):
            self._choose_sends(kind, lonely)
        for kind in ("mangled_id", "missing_key", "test_agent"):
            self._choose_sends(kind, lonely)
        self._plant_test_consumers()
        self._plant_missing_consumers()
        self._choose_sends("unknown_member")
        self._send_after_leaving()
        self._send_outside_activity()
        chosen = self._choose_sends("time_format")
        spelling = sends["aux"][chosen] % TIME_SPELLINGS
        loses = (spelling == MINUTES_ONLY) & self._has_use[chosen]
        sends["note"][chosen] = np.where(loses, MINUTES_ONLY + 1, spelling)
        self._choose_sends("amount_format")
        self._choose_sends("id_wrapper")
        copies = self._copy_sends()
        self._delay(sends, self._choose_sends("late", self._has_tomorrow(sends)))
        return copies

    def _plant_test_consumers(self) -> None:
        """The uses of a test consumer's send are paid by the same test consumer."""
        chosen = self._choose_sends("test_consumer", self._sends["session"] < 0)
        account = np.full(len(self._is_free), -1)
        account[chosen] = self._sends["aux"][chosen]
        uses = np.flatnonzero(account[self._owner] >= 0)
        self._uses["kind"][uses] = CODE["test_consumer"]
        self._uses["aux"][uses] = account[self._owner[uses]]

    def _plant_missing_consumers(self) -> None:
        """Note who fills the gap: the payer of the earliest use, the session's consumer, nobody."""
        sends, uses = self._sends, self._uses
        used = np.flatnonzero(uses["is_used"])
        senders, first = np.unique(self._owner[used], return_index=True)  # uses lie in time order
        payer = np.full(len(self._is_free), -1)
        payer[senders] = uses["consumer"][used[first]]
        chosen = self._choose_sends("missing_filled_by_use", payer >= 0)
        sends["note"][chosen] = payer[chosen]
        lonely, linked = ~self._has_use, sends["session"] >= 0
        chosen = self._choose_sends("missing_filled_by_session", lonely & linked)
        sends["note"][chosen] = sends["consumer"][chosen]
        self._choose_sends("missing_unfilled", lonely & ~linked)

    def _send_after_leaving(self) -> None:
        sends, agents = self._sends, self.catalogue.agents
        shop = self.catalogue.activities.shop[sends["activity"]]
        day = (sends["time"] - self.settings.start) // DAY
        chosen = self._choose_sends("after_agent_left")
        for row in chosen.tolist():
            gone = ~agents.is_spare & (agents.leave_day < day[row])
            same_shop = np.flatnonzero(gone & (agents.shop == shop[row]))
            left = same_shop if len(same_shop) else np.flatnonzero(gone)
            sends["agent"][row] = left[sends["aux"][row] % len(left)]

    def _send_outside_activity(self) -> None:
        sends, activities = self._sends, self.catalogue.activities
        shop = activities.shop[sends["activity"]]
        day = (sends["time"] - self.settings.start) // DAY
        chosen = self._choose_sends("outside_activity")
        for row in chosen.tolist():
            is_always_fixed = activities.is_fixed.all(axis=0)
            over = (activities.end_day < day[row]) & is_always_fixed & ~activities.is_spare
            others = np.flatnonzero(over & (activities.shop == shop[row]))
            sends["activity"][row] = others[sends["aux"][row] % len(others)]

    def _has_tomorrow(self, rows: Rows) -> np.ndarray:
        return rows["time"] < self.settings.stop - DAY

    def _delay(self, rows: Rows, chosen: np.ndarray) -> None:
        """Export the chosen rows 1-3 days late, one in twenty 10 days."""
        aux = rows["aux"][chosen]
        days = np.where(aux % 20 == 0, VERY_LATE_DAYS, 1 + aux % LATE_DAYS)
        self._arrive(rows, chosen, days)

    def _arrive(self, rows: Rows, chosen: np.ndarray, days: np.ndarray) -> None:
        left = (self.settings.stop - 1 - rows["time"][chosen]) // DAY
        days = np.minimum(days, left)
        rows["arrival"][chosen] = rows["time"][chosen] + days * DAY
        rows["note"][chosen] = days

    def _copy(self, rows: Rows, chosen: np.ndarray, kind: str) -> Rows:
        """Return copies of the chosen rows with this kind; the originals become ordinary again."""
        copies = take(rows, chosen)
        rows["kind"][chosen] = 0
        if kind == "duplicate_identical":
            arrival = copies["time"] + copies["aux"] % 7200
            copies["arrival"] = np.minimum(arrival, self.settings.stop - 1)
            return copies
        places = np.arange(len(chosen))
        self._arrive(copies, places, 1 + copies["aux"] % CORRECTION_DAYS)
        return copies

    def _copy_sends(self) -> list[Rows]:
        sends = self._sends
        identical = self._choose_sends("duplicate_identical")
        again = self._copy(sends, identical, "duplicate_identical")
        corrected = self._choose_sends("duplicate_superseded", self._has_tomorrow(sends))
        correction = self._copy(sends, corrected, "duplicate_superseded")
        correction["discount"] = correction["discount"] - CORRECTION
        return [again, correction]

    def _plant_uses(self) -> list[Rows]:
        uses = self._uses
        used = uses["is_used"]
        unpaid = used & ~self._has_refund
        self._expire(unpaid)
        self._pay_early(unpaid)
        price = self._sends["price"][self._owner]
        self._choose_uses("unit_suspect", unpaid & (2 * uses["pay"] >= price))
        for kind in ("discount_out_of_rule", "bad_time", "bad_amount"):
            self._choose_uses(kind, unpaid)
        for kind in ("orphan_use", "test_consumer", "test_payment", "mangled_id", "missing_key"):
            self._choose_uses(kind, unpaid)
        self._choose_uses("bad_flag", ~self._has_refund)
        chosen = self._choose_uses("consumer_missing", used)
        uses["note"][chosen] = self._sends["consumer"][self._owner[chosen]]
        everything = np.ones(len(used), dtype=bool)
        self._choose_uses("flag_format", everything)
        chosen = self._choose_uses("time_format", used)
        spelling = uses["aux"][chosen] % TIME_SPELLINGS
        sent = self._sends["time"][self._owner[chosen]]
        minute = uses["time"][chosen] - uses["time"][chosen] % 60
        loses = (spelling == MINUTES_ONLY) & (minute < sent)
        uses["note"][chosen] = np.where(loses, MINUTES_ONLY + 1, spelling)
        self._choose_uses("amount_format", used)
        self._choose_uses("id_wrapper", everything)
        copies = self._copy_uses(unpaid)
        self._delay(uses, self._choose_uses("late", self._has_tomorrow(uses)))
        return copies

    def _copy_uses(self, unpaid: np.ndarray) -> list[Rows]:
        uses = self._uses
        identical = self._choose_uses("duplicate_identical", np.ones(len(unpaid), dtype=bool))
        again = self._copy(uses, identical, "duplicate_identical")
        corrected = self._choose_uses("duplicate_superseded", unpaid & self._has_tomorrow(uses))
        correction = self._copy(uses, corrected, "duplicate_superseded")
        correction["pay"] = correction["pay"] - CORRECTION
        return [again, correction]

    def _expire(self, is_open: np.ndarray) -> None:
        """Pay one second to 36 hours after the coupon has expired."""
        uses, sends = self._uses, self._sends
        expiry = (sends["time"] + sends["hours"] * 3600)[self._owner]
        chosen = self._choose_uses("expired", is_open & (expiry < self.settings.stop - 1))
        aux = uses["aux"][chosen]
        late = np.where(aux % 4 == 0, 1, 1 + aux % EXPIRED_SECONDS)
        time = np.minimum(expiry[chosen] + late, self.settings.stop - 1)
        uses["time"][chosen] = uses["arrival"][chosen] = time

    def _pay_early(self, is_open: np.ndarray) -> None:
        """Pay up to an hour before the send, on the same day."""
        uses = self._uses
        sent = self._sends["time"][self._owner]
        chosen = self._choose_uses("use_before_send", is_open & (sent % DAY > 0))
        room = np.minimum(sent[chosen] % DAY, 3600)
        time = sent[chosen] - 1 - uses["aux"][chosen] % room
        uses["time"][chosen] = uses["arrival"][chosen] = time

    def _plant_refunds(self, refunds: Rows) -> None:
        for kind, share in REFUND_SHARE.items():
            chosen = self._choose("refund", kind, share, refunds["kind"] == 0)
            self._mark(refunds, chosen, kind)
