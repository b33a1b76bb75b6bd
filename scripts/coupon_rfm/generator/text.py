"""Numbers to raw text: whole columns for Arrow, and single values for planted defects.

Both ways give the same text for the same number.
"""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from coupon_rfm.raw_tables import read_raw_tables

from .settings import DAY, Settings

FACTS = ("coupon_send", "coupon_use", "refund", "chat_session", "shop_order")
DIMENSIONS = ("activity", "product", "agent")
_RAW_TABLES = read_raw_tables()
FACT_COLUMNS = {table: _RAW_TABLES[table].columns for table in FACTS}
DIMENSION_COLUMNS = {table: _RAW_TABLES[table].columns for table in DIMENSIONS}
TABLE_COLUMNS = DIMENSION_COLUMNS | FACT_COLUMNS
PREFIX = {"send": "S", "use": "U", "session": "C", "refund": "R", "order": "43"}
DIGITS = {"send": 11, "use": 11, "session": 11, "refund": 11, "order": 14}
_KEY_PATTERN = {name: f"{prefix}%0{DIGITS[name]}d" for name, prefix in PREFIX.items()}
NO, YES = "否", "是"
REFUND_STATUS = ("成功", "关闭", "处理中")
ORDER_STATUS = ("已支付", "已关闭")
CONSUMER_DIGITS = 10
_SPACE = 10**CONSUMER_DIGITS
_FACTOR, _OFFSET = 742_938_287, 3_141_592_653  # a bijection of the ten-digit numbers


def key(name: str, number: int) -> str:
    """Return the id of one row, e.g. `S00000000017`."""
    return _KEY_PATTERN[name] % number


def consumer_id(number: int) -> str:
    """Return the opaque id of a consumer."""
    return f"tb{(number * _FACTOR + _OFFSET) % _SPACE:010d}"


def money(fen: int) -> str:
    """Return yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


@cache
def _seconds_of_day() -> list[str]:
    return [
        f"{hour:02d}:{minute:02d}:{second:02d}"
        for hour in range(24)
        for minute in range(60)
        for second in range(60)
    ]


@cache
def _day_text(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def day_text(time: int) -> str:
    """Return `2026-11-15`."""
    return _day_text(time // DAY)


def time_text(time: int) -> str:
    """Return `2026-11-15 23:58:01`."""
    return f"{_day_text(time // DAY)} {_seconds_of_day()[time % DAY]}"


@cache
def _fours(pattern: str, count: int) -> np.ndarray:
    """Return the four ASCII characters of every number below `count`, as one word each."""
    return np.array([pattern.format(number) for number in range(count)], dtype="S4").view(np.uint32)


def _fixed_width(block: np.ndarray, width: int, missing: np.ndarray | None = None) -> pa.Array:
    """Return the rows of a contiguous block, each `width` bytes, as strings without a copy."""
    offsets = np.arange(0, (len(block) + 1) * width, width, dtype=np.int32)
    valid = None
    if missing is not None and missing.any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.StringArray.from_buffers(
        len(block), pa.py_buffer(offsets), pa.py_buffer(block), valid, -1 if valid else 0
    )


def _digits(prefix: str, number: np.ndarray, digits: int) -> np.ndarray:
    """Return a block of prefix + zero-padded number; together a multiple of four characters."""
    words = (len(prefix) + digits) // 4
    head = 4 - len(prefix)
    block = np.empty((len(number), words), dtype=np.uint32)
    for place in range(words - 1, 0, -1):
        rest = number // 10_000
        block[:, place] = _fours("{:04d}", 10_000)[number - rest * 10_000]
        number = rest
    block[:, 0] = _fours(f"{prefix}{{:0{head}d}}", 10**head)[number]
    return block


def key_column(name: str, number: np.ndarray) -> pa.Array:
    """Return ids; a negative number gives NULL."""
    block = _digits(PREFIX[name], np.maximum(number, 0), DIGITS[name])
    return _fixed_width(block, block.shape[1] * 4, number < 0)


def consumer_column(number: np.ndarray) -> pa.Array:
    """Return the ids of consumers."""
    # factor * number stays below 2**63 for up to 12 billion consumers
    scrambled = (number.astype(np.int64) * _FACTOR + _OFFSET) % _SPACE
    return _fixed_width(_digits("tb", scrambled, CONSUMER_DIGITS), 12)


@cache
def _second_words() -> np.ndarray:
    return np.array(_seconds_of_day(), dtype="S8").view(np.uint64)


@cache
def _date_words(first_day: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `YYYY-MM-`, `DD` and a blank as words, per day."""
    dates = [_day_text(day) for day in range(first_day, first_day + count)]
    months = np.array([text[:8] for text in dates], dtype="S8").view(np.uint64)
    days = np.array([text[8:] for text in dates], dtype="S2").view(np.uint16)
    return months, days, np.frombuffer(b" ", dtype=np.uint8)


def time_column(
    settings: Settings, time: np.ndarray, missing: np.ndarray | None = None
) -> pa.Array:
    """Return times as `2026-11-15 23:58:01`."""
    first = settings.start // DAY - 1
    months, days, blank = _date_words(first, settings.days + 3)
    fields = [("month", "u8"), ("day", "u2"), ("blank", "u1"), ("second", "u8")]
    block = np.empty(len(time), dtype=fields)
    day = time // DAY
    block["second"] = _second_words()[time - day * DAY]
    day -= first
    block["month"] = months[day]
    block["day"] = days[day]
    block["blank"] = blank
    return _fixed_width(block, 19, missing)


def money_column(fen: np.ndarray) -> pa.Array:
    """Return yuan with two decimals (below 100,000); a negative amount gives NULL."""
    missing = fen < 0
    fen = np.maximum(fen, 0)
    block = np.empty((len(fen), 2), dtype=np.uint32)
    head = fen // 1000
    block[:, 0] = _fours("{:04d}", 10_000)[head]
    block[:, 1] = _tails()[fen - head * 1000]
    length = 4 + (head > 0) + (head > 9) + (head > 99) + (head > 999)
    shown = np.arange(8) >= np.arange(9)[:, None] * -1 + 8  # of each length, the last characters
    data = block.view(np.uint8)[shown[length]]
    offsets = np.zeros(len(fen) + 1, dtype=np.int32)
    np.cumsum(length, out=offsets[1:])
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None
    return pa.StringArray.from_buffers(
        len(fen), pa.py_buffer(offsets), pa.py_buffer(data), valid, -1 if valid else 0
    )


@cache
def _tails() -> np.ndarray:
    """Return the last four characters of every amount below ten yuan."""
    return np.array([money(fen) for fen in range(1000)], dtype="S4").view(np.uint32)


def choice_column(index: np.ndarray, choices: tuple[str, ...]) -> pa.Array:
    """Return `choices[index]`."""
    table, width = _choice_table(choices)
    if width:
        return _fixed_width(np.take(table, index), width)
    codes = pa.array(np.asarray(index, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, table).cast(pa.string())


def replace_texts(column: pa.Array, places: list[int], texts: list[str]) -> pa.Array:
    """Return the column with new texts at ascending places (faster than Arrow's own function)."""
    valid, offset_buffer, data_buffer = column.buffers()
    count = len(column)
    offsets = np.frombuffer(offset_buffer, dtype=np.int32)[: count + 1]
    at = np.array(places)
    data, pieces, done = memoryview(data_buffer), [], 0
    encoded = [text.encode("utf-8") for text in texts]
    for first, last, text in zip(
        offsets[at].tolist(), offsets[at + 1].tolist(), encoded, strict=True
    ):
        pieces += (data[done:first], text)
        done = last
    pieces.append(data[done : int(offsets[-1])])
    length = np.diff(offsets)
    length[at] = [len(text) for text in encoded]
    fresh = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(length, out=fresh[1:])
    if valid is not None:
        bits = np.unpackbits(np.frombuffer(valid, dtype=np.uint8), bitorder="little")
        bits[at] = 1
        valid = pa.py_buffer(np.packbits(bits, bitorder="little"))
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(fresh), pa.py_buffer(b"".join(pieces)), valid, -1 if valid else 0
    )


@cache
def _choice_table(choices: tuple[str, ...]) -> tuple[np.ndarray | pa.Array, int]:
    """Return the choices as bytes of one width, or as strings and 0 when their widths differ."""
    texts = [text.encode("utf-8") for text in choices]
    width = len(texts[0])
    if any(len(text) != width for text in texts):
        return pa.array(choices, pa.string()), 0
    return np.array(texts, dtype=f"S{width}"), width
