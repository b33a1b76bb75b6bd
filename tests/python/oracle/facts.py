"""Section 4 of docs/rules.md: the accepted sends and uses, with all that is derived for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from oracle.cleaning import Cleaned, Row
from oracle.settings import Settings

UNKNOWN = "unknown"
UNKNOWN_NAME = "未知"


@dataclass
class Send:
    """An accepted row of coupon_send.

    `consumer_id` and `consumer_id_source` are those known when all uses are, `known_consumer_id`
    is the consumer known at as_of_date; UNKNOWN where there is none. `is_redeemed`: has a valid use
    by as_of_date.
    """

    send_id: str
    send_time: datetime
    expire_time: datetime
    activity_id: str
    agent_id: str
    product_id: str
    shop_id: str
    discount_amount: Decimal
    valid_hours: int
    is_outside_activity: bool
    is_after_agent_left: bool
    consumer_id: str = UNKNOWN
    consumer_id_source: str = UNKNOWN
    known_consumer_id: str = UNKNOWN
    is_redeemed: bool = False

    @property
    def day(self) -> date:
        return self.send_time.date()


@dataclass
class Use:
    """An accepted row of coupon_use; `send` is None where the send is not accepted.

    `consumer_id` is who paid, known when all uses are; `known_consumer_id` the same at as_of_date.
    """

    use_id: str
    send_id: str
    order_id: str | None
    send: Send | None
    own_consumer_id: str | None
    is_used: bool
    pay_time: datetime | None
    pay_amount: Decimal | None
    discount_amount: Decimal | None
    invalid_reason: str | None
    consumer_id: str = UNKNOWN
    known_consumer_id: str = UNKNOWN

    @property
    def is_valid(self) -> bool:
        return self.invalid_reason is None

    @property
    def is_other_buyer(self) -> bool:
        """Whether who paid and who was sent are both known and differ."""
        sent_to = self.send.consumer_id if self.send else UNKNOWN
        return UNKNOWN not in (sent_to, self.consumer_id) and sent_to != self.consumer_id

    @property
    def day(self) -> date | None:
        return self.pay_time.date() if self.pay_time else None


@dataclass
class Facts:
    """All accepted sends and uses; as_of_date is None where there is no event."""

    sends: list[Send]
    uses: list[Use]
    as_of_date: date | None

    def counted_sends(self) -> list[Send]:
        """The sends up to as_of_date."""
        return [send for send in self.sends if send.day <= self.as_of_date]

    def counted_uses(self) -> list[Use]:
        """The valid uses up to as_of_date."""
        return [use for use in self.uses if use.is_valid and use.day <= self.as_of_date]


def derive(cleaned: Cleaned, settings: Settings) -> Facts:
    """The facts of a cleaned ods folder."""
    sends = {row.key: _send(row, cleaned) for row in cleaned.accepted["coupon_send"].values()}
    uses = [_use(row, sends) for row in cleaned.accepted["coupon_use"].values()]
    as_of_date = settings.wanted_as_of_date() or _latest_day(sends.values(), uses)
    facts = Facts(list(sends.values()), uses, as_of_date)
    _fill_consumers(cleaned, sends, facts)
    for use in uses:
        if use.is_valid and use.day <= as_of_date:
            use.send.is_redeemed = True
    return facts


def _latest_day(sends: Iterable[Send], uses: Iterable[Use]) -> date | None:
    days = [send.day for send in sends] + [use.day for use in uses if use.is_valid]
    return max(days, default=None)


def _send(row: Row, cleaned: Cleaned) -> Send:
    activity = cleaned.accepted["activity"].get(row["activity_id"])
    agent = cleaned.accepted["agent"].get(row["agent_id"])
    product = cleaned.accepted["product"].get(row["product_id"])
    send_time = row["send_time"]
    members = [member for member in (activity, agent, product) if member is not None]
    shops = [member["shop_id"] for member in members if member["shop_id"] is not None]
    left = agent["leave_date"] if agent else None
    return Send(
        send_id=row.key,
        send_time=send_time,
        expire_time=send_time + timedelta(hours=row["valid_hours"]),
        activity_id=activity.key if activity else UNKNOWN,
        agent_id=agent.key if agent else UNKNOWN,
        product_id=product.key if product else UNKNOWN,
        shop_id=shops[0] if shops else UNKNOWN,
        discount_amount=row["discount_amount"],
        valid_hours=row["valid_hours"],
        is_outside_activity=activity is not None
        and not activity["start_time"] <= send_time <= activity["end_time"],
        is_after_agent_left=left is not None and send_time.date() > left,
    )


def _use(row: Row, sends: dict[str, Send]) -> Use:
    send = sends.get(row["send_id"])
    return Use(
        use_id=row.key,
        send_id=row["send_id"],
        order_id=row["order_id"],
        send=send,
        own_consumer_id=row["consumer_id"],
        is_used=row["is_used"],
        pay_time=row["pay_time"],
        pay_amount=row["pay_amount"],
        discount_amount=row["discount_amount"],
        invalid_reason=_invalid_reason(row, send),
    )


def _invalid_reason(row: Row, send: Send | None) -> str | None:
    if not row["is_used"]:
        return "not_used"
    if send is None:
        return "send_rejected"
    return "expired" if row["pay_time"] > send.expire_time else None


def _fill_consumers(cleaned: Cleaned, sends: dict[str, Send], facts: Facts) -> None:
    first_use = _first_named_uses(facts.uses)
    session_consumers = _session_consumers(cleaned)
    for row in cleaned.accepted["coupon_send"].values():
        send = sends[row.key]
        own = row["consumer_id"]
        use = first_use.get(row.key)
        session_consumer = session_consumers.get(row["session_id"])
        without_uses = own or session_consumer or UNKNOWN
        is_use_known = (
            use is not None and facts.as_of_date is not None and (use.day <= facts.as_of_date)
        )
        send.known_consumer_id = own or (use.own_consumer_id if is_use_known else without_uses)
        if own is not None:
            send.consumer_id, send.consumer_id_source = own, "send"
        elif use is not None:
            send.consumer_id, send.consumer_id_source = use.own_consumer_id, "use"
        elif session_consumer is not None:
            send.consumer_id, send.consumer_id_source = session_consumer, "session"
    for use in facts.uses:
        use.consumer_id = use.own_consumer_id or (use.send.consumer_id if use.send else UNKNOWN)
        use.known_consumer_id = use.own_consumer_id or (
            use.send.known_consumer_id if use.send else UNKNOWN
        )


def _first_named_uses(uses: Iterable[Use]) -> dict[str, Use]:
    """For each send its earliest use with is_used = 是 that names a consumer."""
    first: dict[str, Use] = {}
    named = [use for use in uses if use.is_used and use.own_consumer_id and use.send]
    for use in sorted(named, key=lambda use: (use.pay_time, use.use_id), reverse=True):
        first[use.send.send_id] = use
    return first


def _session_consumers(cleaned: Cleaned) -> dict[str, str | None]:
    """The consumer that each chat session can lend to its sends."""
    sessions = cleaned.accepted["chat_session"]
    return {session_id: row["consumer_id"] for session_id, row in sessions.items()}
