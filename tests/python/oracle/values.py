"""Section 2 of docs/rules.md: from the text of a field to its value.

Every reader takes the field's text (None for an empty field) and returns the value, None when the
text means "empty", or UNREADABLE when it is neither empty nor of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

BLANKS = " \t\r\u00a0\u3000\ufeff"
INVISIBLE = "\0\u00ad\ufeff" + "".join(
    chr(code)
    for first, last in ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064))
    for code in range(first, last + 1)
)
WRAPPERS = BLANKS + "'\"="
EMPTY_WORDS = frozenset({"", "null", "(null)", "[null]", "none", "nan", "nat"})
EMPTY_WORDS |= {"n/a", "#n/a", "<na>", "\\n", "-", "--"}
TOTALS = frozenset(
    {"汇总", "total", "grand total", "grandtotal", "subtotal", "sub total", "sub-total"}
)
TOTAL_BEGINNINGS = ("合", "总", "小", "共")
TRUE_WORDS = frozenset({"是", "1", "1.0", "y", "yes", "true", "t"})
FALSE_WORDS = frozenset({"否", "0", "0.0", "n", "no", "false", "f"})
CODES = {
    "activity_type": frozenset({"固定", "自定义"}),
    "status": frozenset({"未开始", "进行中", "已暂停", "已结束"}),
}
FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")
NO_BLANKS = str.maketrans("", "", BLANKS)
NO_INVISIBLE = str.maketrans("", "", INVISIBLE)
ASCII_ID = {
    first + i: ord(ascii_first) + i
    for first, ascii_first, count in ((0xFF10, "0", 10), (0xFF21, "A", 26), (0xFF41, "a", 26))
    for i in range(count)
}

MANGLED_IDS = [
    re.compile(r"[0-9]+\.[0-9]+[Ee]\+?[0-9]+"),
    re.compile(r"[0-9]+[Ee]\+[0-9]+"),
    re.compile(r"[0-9]{16,}\.0+"),
]
FLOAT_ID = re.compile(r"(?P<digits>[0-9]+)\.0+")
AMOUNT = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.(?P<decimals>[0-9]+))?")
FEN, FLOAT_NOISE = Decimal("0.01"), Decimal("0.000001")
HOURS = re.compile(r"([0-9]{1,4})(\.0+)?")
CALENDAR_TIME = re.compile(
    r"(?P<year>[0-9]{4})(?P<separator>[-/])(?P<month>[0-9]{1,2})(?P=separator)(?P<day>[0-9]{1,2})"
    r"([ T](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(:(?P<second>[0-9]{2})(\.[0-9]{1,9})?)?"
    r"( ?(?P<offset>Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?"
)
NO_DATE = re.compile(
    r"0000(-00-00|/00/00)([ t]00?:00(:00(\.0{1,9})?)?( ?(z|utc|[+-][0-9]{2}(:?[0-9]{2})?))?)?"
)
COMPACT_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
EPOCH_SECONDS = re.compile(r"[0-9]{10}")
EPOCH_MILLISECONDS = re.compile(r"[0-9]{13}")
FIRST_YEAR, LAST_YEAR = 2000, 2099
NO_END = datetime(9999, 12, 31)


class Unreadable:
    """The type of UNREADABLE: a text that is not empty and not of its kind."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = Unreadable()


def is_empty(text: str) -> bool:
    """Whether a text that is already trimmed says nothing."""
    return text.lower() in EMPTY_WORDS


def trimmed(text: str | None) -> str | None:
    """The text without invisible characters and the blanks at both ends, None if it is empty."""
    if text is None:
        return None
    text = text.translate(NO_INVISIBLE).strip(BLANKS)
    return None if is_empty(text) else text


def read_name(text: str | None) -> str | None:
    """The text without blanks and invisible characters at both ends, None if it is empty."""
    if text is None:
        return None
    text = text.strip(BLANKS + INVISIBLE)
    return None if is_empty(text) else text


def read_id(text: str | None, column: str = "") -> str | None:
    """The id of a column, freed from what spreadsheets, floats and chat windows add to it."""
    if text is None:
        return None
    text = text.translate(NO_INVISIBLE).strip(WRAPPERS).translate(ASCII_ID)
    if is_empty(text) or is_no_id(text, column):
        return None
    if match := FLOAT_ID.fullmatch(text):
        digits = match.group("digits")
        is_exact = len(digits) <= 15 or (len(digits) == 16 and digits[0] in "12345678")
        return digits if is_exact else text
    return text


def is_no_id(text: str, column: str) -> bool:
    """Whether a text that stands for an id is a word of the exporting program."""
    word = text.lower()
    if word in ("unknown", column):
        return True
    word = word[:-1] if word.endswith((":", "：")) else word
    word = word.removesuffix(" ")
    return word in TOTALS or (
        word[:1] in TOTAL_BEGINNINGS and word.endswith("计") and not word[1:-1].strip(" \u3000")
    )


def is_mangled(identifier: str | None) -> bool:
    """Whether a spreadsheet has turned the id into a number like 5.77E+12."""
    return identifier is not None and any(form.fullmatch(identifier) for form in MANGLED_IDS)


def read_time(text: str | None, zone: str) -> datetime | Unreadable | None:
    """The local time in `zone`, cut to the second."""
    time = read_end(text, zone)
    return UNREADABLE if time is NO_END else time


def read_end(text: str | None, zone: str) -> datetime | Unreadable | None:
    """As read_time, but NO_END for a year after 2099."""
    text = trimmed(text)
    return None if text is None or NO_DATE.fullmatch(text.lower()) else _time_of(text, zone)


def read_date(text: str | None, zone: str) -> date | Unreadable | None:
    """The day of a time."""
    time = read_time(text, zone)
    return time.date() if isinstance(time, datetime) else time


def read_end_date(text: str | None, zone: str) -> date | Unreadable | None:
    """The day of an end, that of NO_END where there is none."""
    time = read_end(text, zone)
    return time.date() if isinstance(time, datetime) else time


@lru_cache(maxsize=200_000)
def _time_of(text: str, zone: str) -> datetime | Unreadable:
    try:
        time = _local_time(text, zone)
    except ValueError:  # no such day or time of day
        return UNREADABLE
    if time is None or time.year < FIRST_YEAR:
        return UNREADABLE
    return time if time.year <= LAST_YEAR else NO_END


def _local_time(text: str, zone: str) -> datetime | None:
    if match := CALENDAR_TIME.fullmatch(text):
        parts = match.group("year", "month", "day", "hour", "minute", "second")
        time = datetime(*(int(part or 0) for part in parts))
        offset = match.group("offset")
        if offset is None:
            return time
        difference = _offset(offset)
        # No offset is longer than a day; datetime ends with the year 9999.
        return time if time.year > LAST_YEAR + 1 else _to_zone(time - difference, zone)
    if match := COMPACT_TIME.fullmatch(text):
        return datetime(*(int(part) for part in match.groups()))
    if EPOCH_SECONDS.fullmatch(text) and not _is_hour(text):
        return _to_zone(datetime(1970, 1, 1) + timedelta(seconds=int(text)), zone)
    if EPOCH_MILLISECONDS.fullmatch(text):
        return _to_zone(datetime(1970, 1, 1) + timedelta(seconds=int(text) // 1000), zone)
    return None


def _is_hour(text: str) -> bool:
    """Whether ten digits read as YYYYMMDDHH."""
    month, day, hour = int(text[4:6]), int(text[6:8]), int(text[8:])
    return text.startswith("20") and 1 <= month <= 12 and 1 <= day <= 31 and hour <= 23


def _offset(text: str) -> timedelta:
    if text in ("Z", "UTC"):
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[3:].removeprefix(":") or 0)
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
    with localcontext(prec=len(text) + 2):
        value = Decimal(f"{whole}.{match.group('decimals') or '0'}")
        amount = value.quantize(FEN, ROUND_HALF_UP)
        return amount if abs(value - amount) < FLOAT_NOISE else UNREADABLE


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


def read_code(text: str | None, column: str) -> str | Unreadable | None:
    """One of the values listed for the column."""
    text = trimmed(text)
    return text if text is None or text in CODES[column] else UNREADABLE


def reader(kind: str, zone: str, column: str) -> Callable[[str | None], Any]:
    """The reader of a column of one of the kinds of `tables.Table`, for a business time zone."""
    times = {"time": read_time, "date": read_date, "end": read_end, "end_date": read_end_date}
    if kind in times:
        return lambda text: times[kind](text, zone)
    if kind == "id":
        return lambda text: read_id(text, column)
    if kind == "code":
        return lambda text: read_code(text, column)
    return {
        "amount": read_amount,
        "hours": read_hours,
        "flag": read_flag,
        "name": read_name,
    }[kind]
