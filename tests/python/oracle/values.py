"""Section 2 of docs/rules.md: from the text of a field to its value.

Every reader takes the field's text (None for an empty field) and returns the value, None when the
text means "empty", or UNREADABLE when it is neither empty nor of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

BLANKS = " \t\r\u00a0\u3000\ufeff"
WRAPPERS = BLANKS + "'\"="
EMPTY_WORDS = frozenset({"", "null", "none", "nan", "n/a", "-", "--"})
TRUE_WORDS = frozenset({"是", "1", "y", "yes", "true", "t"})
FALSE_WORDS = frozenset({"否", "0", "n", "no", "false", "f"})
CODES = {
    "activity_type": frozenset({"固定", "自定义"}),
    "activity_status": frozenset({"未开始", "进行中", "已暂停", "已结束"}),
}
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")
NO_BLANKS = str.maketrans("", "", BLANKS)

MANGLED_ID = re.compile(r"[0-9]+(\.[0-9]+)?[Ee]\+[0-9]+")
AMOUNT = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.(?P<cents>[0-9]{1,2})0*)?")
HOURS = re.compile(r"([0-9]{1,4})(\.0+)?")
CALENDAR_TIME = re.compile(
    r"(?P<year>[0-9]{4})(?P<separator>[-/])(?P<month>[0-9]{1,2})(?P=separator)(?P<day>[0-9]{1,2})"
    r"([ T](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(:(?P<second>[0-9]{2})(\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
COMPACT_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
EPOCH_SECONDS = re.compile(r"[0-9]{10}")
EPOCH_MILLISECONDS = re.compile(r"[0-9]{13}")
FIRST_YEAR, LAST_YEAR = 2000, 2099


class Unreadable:
    """The type of UNREADABLE: a text that is not empty and not of its kind."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = Unreadable()


def is_empty(text: str) -> bool:
    """Whether a text that is already trimmed says nothing."""
    return text.lower() in EMPTY_WORDS


def trimmed(text: str | None) -> str | None:
    """The text without blanks at both ends, None if it is empty."""
    if text is None:
        return None
    text = text.strip(BLANKS)
    return None if is_empty(text) else text


def read_id(text: str | None) -> str | None:
    """The id without blanks and wrapper characters at both ends."""
    if text is None:
        return None
    text = text.strip(WRAPPERS)
    return None if is_empty(text) or text.lower() == "unknown" else text


def is_mangled(identifier: str | None) -> bool:
    """Whether a spreadsheet has turned the id into a number like 5.77E+12."""
    return identifier is not None and MANGLED_ID.fullmatch(identifier) is not None


def read_time(text: str | None, zone: str) -> datetime | Unreadable | None:
    """The local time in `zone`, cut to the second."""
    text = trimmed(text)
    return None if text is None else _time_of(text, zone)


def read_date(text: str | None, zone: str) -> date | Unreadable | None:
    """The day of a time."""
    time = read_time(text, zone)
    return time.date() if isinstance(time, datetime) else time


@lru_cache(maxsize=200_000)
def _time_of(text: str, zone: str) -> datetime | Unreadable:
    try:
        time = _local_time(text, zone)
    except (ValueError, OverflowError):  # no such day or time of day
        return UNREADABLE
    if time is None or not FIRST_YEAR <= time.year <= LAST_YEAR:
        return UNREADABLE
    return time


def _local_time(text: str, zone: str) -> datetime | None:
    if match := CALENDAR_TIME.fullmatch(text):
        parts = match.group("year", "month", "day", "hour", "minute", "second")
        time = datetime(*(int(part or 0) for part in parts))
        offset = match.group("offset")
        return time if offset is None else _to_zone(time - _offset(offset), zone)
    if match := COMPACT_TIME.fullmatch(text):
        return datetime(*(int(part) for part in match.groups()))
    if EPOCH_SECONDS.fullmatch(text):
        return _to_zone(datetime(1970, 1, 1) + timedelta(seconds=int(text)), zone)
    if EPOCH_MILLISECONDS.fullmatch(text):
        return _to_zone(datetime(1970, 1, 1) + timedelta(seconds=int(text) // 1000), zone)
    return None


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError(f"no such offset: {text}")
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if text[0] == "-" else offset


def _to_zone(utc: datetime, zone: str) -> datetime:
    return utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def read_amount(text: str | None) -> Decimal | Unreadable | None:
    """Yuan, to the cent."""
    text = trimmed(text)
    if text is None:
        return None
    text = text.translate(FULL_WIDTH).translate(NO_BLANKS)
    text = text.removeprefix("¥").removesuffix("元")
    match = AMOUNT.fullmatch(text)
    if match is None:
        return UNREADABLE
    whole = match.group("whole").replace(",", "")
    if len(whole) > 9:
        return UNREADABLE
    return Decimal(f"{whole}.{match.group('cents') or ''}".rstrip(".")).quantize(Decimal("0.01"))


def read_hours(text: str | None) -> int | Unreadable | None:
    """Whole hours, of at most four digits."""
    text = trimmed(text)
    if text is None:
        return None
    match = HOURS.fullmatch(text)
    return int(match.group(1)) if match else UNREADABLE


def read_flag(text: str | None) -> bool | Unreadable | None:
    """Yes or no, in any of the spellings listed."""
    text = trimmed(text)
    if text is None:
        return None
    if text.lower() in TRUE_WORDS:
        return True
    return False if text.lower() in FALSE_WORDS else UNREADABLE


def read_code(text: str | None, kind: str) -> str | Unreadable | None:
    """One of the values listed for the column."""
    text = trimmed(text)
    return text if text is None or text in CODES[kind] else UNREADABLE


def reader(kind: str, zone: str) -> Callable[[str | None], Any]:
    """The reader of a kind of `tables.Table.kind`, for the business time zone `zone`."""
    if kind == "time":
        return lambda text: read_time(text, zone)
    if kind == "date":
        return lambda text: read_date(text, zone)
    if kind in CODES:
        return lambda text: read_code(text, kind)
    return {
        "id": read_id,
        "amount": read_amount,
        "hours": read_hours,
        "flag": read_flag,
        "name": trimmed,
    }[kind]
