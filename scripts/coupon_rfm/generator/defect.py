"""What a planted defect looks like in the file, and what a reader must make of it."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from . import variant
from .catalogue import Catalogue
from .dirt import CORRECTION, KINDS
from .settings import Settings
from .shape import Rows
from .text import consumer_id, key, money, time_text

ACCEPTED, DUPLICATE, REJECTED, UNREADABLE = "accepted", "duplicate", "rejected", "unreadable"
Row = Any  # a named tuple of one row's numbers
NO_ROW = 90_000_000_000  # numbers of keys that no row has


@dataclass(slots=True)
class Defect:
    """One planted defect: the text it puts into a column (if any) and the expected outcome."""

    kind: str
    key: str
    outcome: str = ACCEPTED
    reason: str = ""
    detail: str = ""
    column: str = ""
    text: str = ""
    is_raw: bool = False  # never quoted, although it holds a quote


def rejected(kind: str, row_key: str, column: str, text: str, reason: str = "") -> Defect:
    """Return a defect that makes the row rejected; the reason is the kind unless given."""
    detail = f"{column}={text}"
    return Defect(kind, row_key, REJECTED, reason or kind, detail, column, text)


def accepted(kind: str, row_key: str, column: str, text: str, detail: str) -> Defect:
    """Return a defect that the reader understands; the detail says how."""
    return Defect(kind, row_key, ACCEPTED, "", detail, column, text)


def wrapped(row_key: str, column: str, value: str, pick: int) -> Defect:
    """Return an id in a wrapper that must be stripped."""
    text = variant.wrapped_id(pick, value)
    defect = accepted("id_wrapper", row_key, column, text, f"{column}={value}")
    defect.is_raw = text.startswith("=")
    return defect


def superseded(settings: Settings, row_key: str, column: str, fen: int) -> Defect:
    """Return the correction of an amount; `fen` is the corrected one.

    With batches the later one stays, in one set the greatest row text (docs/rules.md, section 3).
    """
    new, old = money(fen), money(fen + CORRECTION)
    stays = new if settings.batches else max(new, old, key=lambda text: f"{text}\x1f".encode())
    goes = old if stays == new else new
    detail = f"stays {column}={stays}, goes {column}={goes}"
    return Defect("duplicate_superseded", row_key, DUPLICATE, "superseded", detail)


class FactDefects:
    """Turns the kinds planted in rows of one fact table into `Defect`s."""

    planters: ClassVar[dict[str, Callable[[Any, Row], Defect]]]  # by kind: a method of the class

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings = settings
        self._make_row: Callable[[tuple], Row] | None = None
        self.products = catalogue.products
        self.activities = catalogue.activities
        self.ids = {
            "product_id": catalogue.products.ids(),
            "agent_id": catalogue.agents.ids(),
            "activity_id": catalogue.activities.ids(),
        }

    def of(self, rows: Rows) -> dict[int, Defect]:
        """Return the defects by place in `rows`."""
        places = np.flatnonzero(rows["kind"])
        if self._make_row is None:
            self._make_row = namedtuple("Row", rows)._make
        columns = [column[places].tolist() for column in rows.values()]
        found = map(self._make_row, zip(*columns, strict=True))
        return {
            place: self.planters[KINDS[row.kind]](self, row)
            for place, row in zip(places.tolist(), found, strict=True)
        }


class SendDefects(FactDefects):
    """Defects of coupon_send; a method for each kind of `dirt.SEND_SHARE`."""

    def _value(self, row: Row, column: str) -> str:
        if column == "send_id":
            return key("send", row.number)
        if column == "consumer_id":
            return consumer_id(row.consumer)
        place = {"product_id": row.product, "agent_id": row.agent, "activity_id": row.activity}
        return self.ids[column][place[column]]

    def _unit_suspect(self, row: Row) -> Defect:
        text = str(row.discount) if row.aux % 2 else money(row.discount * 100)
        return rejected("unit_suspect", key("send", row.number), "discount_amount", text)

    def _discount_out_of_rule(self, row: Row) -> Defect:
        """Below 50 times the price, so that the unit is not suspected first."""
        price, cap = row.price, row.cap
        fen = price if row.aux % 8 < 4 else price + 100
        pick = row.aux % 4
        if pick == 0:
            fen = 0
        elif pick == 1 and 50 * price > 500_001:
            fen = 500_001
        elif pick == 2 and 0 <= cap < 49 * price:
            fen = cap + 1
        row_key = key("send", row.number)
        return rejected("discount_out_of_rule", row_key, "discount_amount", money(fen))

    def _validity_out_of_rule(self, row: Row) -> Defect:
        text = variant.BAD_HOURS[row.aux % len(variant.BAD_HOURS)]
        return rejected("validity_out_of_rule", key("send", row.number), "valid_hours", text)

    def _bad_time(self, row: Row) -> Defect:
        text = "" if row.aux % 9 == 0 else variant.bad_time(row.aux, row.time)
        return rejected("bad_time", key("send", row.number), "send_time", text)

    def _bad_amount(self, row: Row) -> Defect:
        text = variant.bad_amount(row.aux, row.discount)
        return rejected("bad_amount", key("send", row.number), "discount_amount", text)

    def _mangled_id(self, row: Row) -> Defect:
        column = ("send_id", "consumer_id", "product_id")[row.aux % 3]
        text = variant.mangled_id(row.aux)
        row_key = text if column == "send_id" else key("send", row.number)
        return rejected("mangled_id", row_key, column, text)

    def _missing_key(self, row: Row) -> Defect:
        text = variant.NO_KEYS[row.aux % len(variant.NO_KEYS)]
        return rejected("missing_key", "", "send_id", text)

    def _test_agent(self, row: Row) -> Defect:
        accounts = self.settings.test_agents
        text = accounts[row.aux % len(accounts)]
        return rejected("test_account", key("send", row.number), "agent_id", text)

    def _test_consumer(self, row: Row) -> Defect:
        accounts = self.settings.test_consumers
        text = accounts[row.aux % len(accounts)]
        return rejected("test_account", key("send", row.number), "consumer_id", text)

    def _consumer_missing(self, row: Row, source: str, consumer: str) -> Defect:
        text = variant.MISSING[row.aux % len(variant.MISSING)]
        detail = f"source={source} consumer={consumer}"
        return accepted("consumer_missing", key("send", row.number), "consumer_id", text, detail)

    def _missing_filled_by_use(self, row: Row) -> Defect:
        return self._consumer_missing(row, "use", consumer_id(row.note))

    def _missing_filled_by_session(self, row: Row) -> Defect:
        return self._consumer_missing(row, "session", consumer_id(row.note))

    def _missing_unfilled(self, row: Row) -> Defect:
        return self._consumer_missing(row, "unknown", "unknown")

    def _unknown_member(self, row: Row) -> Defect:
        column = ("product_id", "agent_id", "activity_id")[row.aux % 3]
        text = f"{column[0].upper()}999{row.aux % 1000:03d}" if row.aux // 3 % 4 else ""
        detail = f"{column}=unknown"
        return accepted("unknown_member", key("send", row.number), column, text, detail)

    def _after_agent_left(self, row: Row) -> Defect:
        detail = f"is_after_agent_left agent_id={self._value(row, 'agent_id')}"
        return Defect("after_agent_left", key("send", row.number), detail=detail)

    def _outside_activity(self, row: Row) -> Defect:
        detail = f"is_outside_activity activity_id={self._value(row, 'activity_id')}"
        return Defect("outside_activity", key("send", row.number), detail=detail)

    def _time_format(self, row: Row) -> Defect:
        return odd_time(key("send", row.number), "send_time", row)

    def _amount_format(self, row: Row) -> Defect:
        text = variant.odd_amount(row.aux, row.discount)
        detail = f"discount_amount={money(row.discount)}"
        row_key = key("send", row.number)
        return accepted("amount_format", row_key, "discount_amount", text, detail)

    def _id_wrapper(self, row: Row) -> Defect:
        column = ("send_id", "consumer_id", "send_id", "product_id", "agent_id")[row.aux % 5]
        value = self._value(row, column)
        return wrapped(key("send", row.number), column, value, row.aux // 5)

    def _duplicate_identical(self, row: Row) -> Defect:
        return Defect("duplicate_identical", key("send", row.number), DUPLICATE, "identical")

    def _duplicate_superseded(self, row: Row) -> Defect:
        row_key = key("send", row.number)
        return superseded(self.settings, row_key, "discount_amount", row.discount)

    def _late(self, row: Row) -> Defect:
        return Defect("late", key("send", row.number), detail=f"days={row.note}")

    planters: ClassVar = {
        "unit_suspect": _unit_suspect,
        "discount_out_of_rule": _discount_out_of_rule,
        "validity_out_of_rule": _validity_out_of_rule,
        "bad_time": _bad_time,
        "bad_amount": _bad_amount,
        "mangled_id": _mangled_id,
        "missing_key": _missing_key,
        "test_agent": _test_agent,
        "test_consumer": _test_consumer,
        "missing_filled_by_use": _missing_filled_by_use,
        "missing_filled_by_session": _missing_filled_by_session,
        "missing_unfilled": _missing_unfilled,
        "unknown_member": _unknown_member,
        "after_agent_left": _after_agent_left,
        "outside_activity": _outside_activity,
        "time_format": _time_format,
        "amount_format": _amount_format,
        "id_wrapper": _id_wrapper,
        "duplicate_identical": _duplicate_identical,
        "duplicate_superseded": _duplicate_superseded,
        "late": _late,
    }


class UseDefects(FactDefects):
    """Defects of coupon_use; a method for each kind of `dirt.USE_SHARE`."""

    def _value(self, row: Row, column: str) -> str:
        return {
            "use_id": key("use", row.number),
            "send_id": key("send", row.send_number),
            "order_id": key("order", row.order),
            "consumer_id": consumer_id(row.consumer),
        }[column]

    def _unit_suspect(self, row: Row) -> Defect:
        text = str(row.pay) if row.aux % 2 else money(row.pay * 100)
        return rejected("unit_suspect", key("use", row.number), "pay_amount", text)

    def _discount_out_of_rule(self, row: Row) -> Defect:
        """Above 5000 only for dear products: below 50 times the price, or the unit is suspected."""
        is_dear = row.pay > 50_000  # at most three pieces, so the price is above 166 yuan
        text = "5000.01" if is_dear and row.aux % 2 else "0.00"
        return rejected("discount_out_of_rule", key("use", row.number), "discount_amount", text)

    def _bad_time(self, row: Row) -> Defect:
        text = "" if row.aux % 9 == 0 else variant.bad_time(row.aux, row.time)
        return rejected("bad_time", key("use", row.number), "pay_time", text)

    def _bad_amount(self, row: Row) -> Defect:
        text = variant.bad_amount(row.aux, row.pay)
        return rejected("bad_amount", key("use", row.number), "pay_amount", text)

    def _mangled_id(self, row: Row) -> Defect:
        column = ("order_id", "use_id", "send_id", "consumer_id")[row.aux % 4]
        text = variant.mangled_id(row.aux)
        row_key = text if column == "use_id" else key("use", row.number)
        return rejected("mangled_id", row_key, column, text)

    def _missing_key(self, row: Row) -> Defect:
        text = variant.NO_KEYS[row.aux % len(variant.NO_KEYS)]
        return rejected("missing_key", "", "use_id", text)

    def _bad_flag(self, row: Row) -> Defect:
        choices = ("", *variant.BAD_FLAGS)
        return rejected("bad_flag", key("use", row.number), "is_used", choices[row.aux % 6])

    def _orphan_use(self, row: Row) -> Defect:
        text = key("send", NO_ROW + 5_000_000_000 + row.number) if row.aux % 5 else ""
        return rejected("orphan_use", key("use", row.number), "send_id", text)

    def _use_before_send(self, row: Row) -> Defect:
        detail = f"pay_time={time_text(row.time)}"
        return Defect(
            "use_before_send", key("use", row.number), REJECTED, "use_before_send", detail
        )

    def _expired(self, row: Row) -> Defect:
        detail = f"invalid_reason=expired pay_time={time_text(row.time)}"
        return Defect("expired", key("use", row.number), detail=detail)

    def _test_consumer(self, row: Row) -> Defect:
        accounts = self.settings.test_consumers
        text = accounts[row.aux % len(accounts)]
        return rejected("test_account", key("use", row.number), "consumer_id", text)

    def _test_payment(self, row: Row) -> Defect:
        return rejected("test_account", key("use", row.number), "pay_amount", "0.01")

    def _consumer_missing(self, row: Row) -> Defect:
        text = variant.MISSING[row.aux % len(variant.MISSING)]
        detail = f"source=send consumer={consumer_id(row.note)}"
        return accepted("consumer_missing", key("use", row.number), "consumer_id", text, detail)

    def _flag_format(self, row: Row) -> Defect:
        choices = variant.TRUE_FLAGS if row.is_used else variant.FALSE_FLAGS
        detail = f"is_used={'true' if row.is_used else 'false'}"
        text = choices[row.aux % len(choices)]
        return accepted("flag_format", key("use", row.number), "is_used", text, detail)

    def _time_format(self, row: Row) -> Defect:
        return odd_time(key("use", row.number), "pay_time", row)

    def _amount_format(self, row: Row) -> Defect:
        text = variant.odd_amount(row.aux, row.pay)
        detail = f"pay_amount={money(row.pay)}"
        return accepted("amount_format", key("use", row.number), "pay_amount", text, detail)

    def _id_wrapper(self, row: Row) -> Defect:
        column = ("use_id", "send_id", "order_id", "consumer_id")[row.aux % 4]
        return wrapped(key("use", row.number), column, self._value(row, column), row.aux // 4)

    def _duplicate_identical(self, row: Row) -> Defect:
        return Defect("duplicate_identical", key("use", row.number), DUPLICATE, "identical")

    def _duplicate_superseded(self, row: Row) -> Defect:
        return superseded(self.settings, key("use", row.number), "pay_amount", row.pay)

    def _late(self, row: Row) -> Defect:
        return Defect("late", key("use", row.number), detail=f"days={row.note}")

    planters: ClassVar = {
        "unit_suspect": _unit_suspect,
        "discount_out_of_rule": _discount_out_of_rule,
        "bad_time": _bad_time,
        "bad_amount": _bad_amount,
        "mangled_id": _mangled_id,
        "missing_key": _missing_key,
        "bad_flag": _bad_flag,
        "orphan_use": _orphan_use,
        "use_before_send": _use_before_send,
        "expired": _expired,
        "test_consumer": _test_consumer,
        "test_payment": _test_payment,
        "consumer_missing": _consumer_missing,
        "flag_format": _flag_format,
        "time_format": _time_format,
        "amount_format": _amount_format,
        "id_wrapper": _id_wrapper,
        "duplicate_identical": _duplicate_identical,
        "duplicate_superseded": _duplicate_superseded,
        "late": _late,
    }


class RefundDefects(FactDefects):
    """Defects of refund, a table whose rows are all accepted for now."""

    def _refund_larger_than_paid(self, row: Row) -> Defect:
        text = money(row.pay + 100 + row.aux % 10_000)
        detail = f"later rejected: refund_amount={text} paid={money(row.pay)}"
        row_key = key("refund", row.number)
        return accepted("refund_larger_than_paid", row_key, "refund_amount", text, detail)

    def _refund_unknown_use(self, row: Row) -> Defect:
        text = key("use", NO_ROW + row.number)
        detail = f"later rejected: use_id={text}"
        return accepted("refund_unknown_use", key("refund", row.number), "use_id", text, detail)

    planters: ClassVar = {
        "refund_larger_than_paid": _refund_larger_than_paid,
        "refund_unknown_use": _refund_unknown_use,
    }


def odd_time(row_key: str, column: str, row: Row) -> Defect:
    """Return a time in another spelling; one of them loses the seconds."""
    text = time_text(row.time)
    odd = variant.odd_time(row.note, row.time, text)
    if row.note == variant.MINUTES_ONLY:
        text = f"{text[:17]}00"
    return Defect("time_format", row_key, ACCEPTED, "", f"{column}={text}", column, odd)
