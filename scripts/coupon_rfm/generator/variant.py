"""Odd spellings of one value: those a reader must accept and those it must reject.

Every function takes a free number that picks the spelling, so that a row's defect is a function of
the row alone. `docs/rules.md`, section 2, says what is accepted.
"""

import string

from .text import day_text, money, time_text

UTC_OFFSET = 8 * 3600  # Asia/Shanghai, without daylight saving in the years generated
MISSING = (
    "",
    "null",
    "NULL",
    "-",
    "  ",
    "\u3000",
    "\\N",
    "#N/A",
    "<NA>",
    "(null)",
    "NaT",
    "\u200b",
)
NO_KEYS = (*MISSING, "合计", "总计：", "Total")  # what stands in the key of a row that is none
NO_LEAVE_DATES = ("9999-12-31", "0000-00-00", "2999-12-31 23:59:59")
MINUTES_ONLY = 0  # the spelling of a time that loses the seconds
BAD_HOURS = ("0", "25", "72", "", "一天", "24.5")
TRUE_FLAGS = ("1", "Y", "yes", "TRUE", "t", "是 ", " 是", "y", "1.0", "是\u200b")
FALSE_FLAGS = ("0", "N", "no", "False", "f", "否 ", "\u3000否", "0.0")
BAD_FLAGS = ("已使用", "2", "?", "true1", "是否")
NAME_SPELLINGS = 4
_NO_MARKS = str.maketrans("", "", "- :")
_FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
_FULL_WIDTH_ID = {ord(c): ord(c) + 0xFEE0 for c in string.digits + string.ascii_letters}


def odd_time(pick: int, time: int, text: str) -> str:
    """Return an accepted spelling of a time; `text` is its canonical one."""
    return ODD_TIMES[pick % TIME_SPELLINGS](time, text)


def _slashed(text: str) -> str:
    return f"{text[:4]}/{int(text[5:7])}/{int(text[8:10])}"


# The first one loses the seconds, see MINUTES_ONLY.
ODD_TIMES = (
    lambda time, text: f"{_slashed(text)} {int(text[11:13])}:{text[14:16]}",
    lambda time, text: text.translate(_NO_MARKS),
    lambda time, text: str(time - UTC_OFFSET),
    lambda time, text: f"{time - UTC_OFFSET}000",
    lambda time, text: f"{time_text(time - UTC_OFFSET).replace(' ', 'T')}Z",
    lambda time, text: f"{text.replace(' ', 'T')}+08:00",
    lambda time, text: text.replace(" ", "T"),
    lambda time, text: f"{text}.500",
    lambda time, text: f"{_slashed(text)} {text[11:]}",
    lambda time, text: f"{time_text(time - UTC_OFFSET)} UTC",
    lambda time, text: f"{text.replace(' ', 'T')}.000+0800",
    lambda time, text: f"{text} +08:00",
    lambda time, text: f"{text}+08",
    lambda time, text: f"\u200e{text}",
)
TIME_SPELLINGS = len(ODD_TIMES)


def odd_date(pick: int, time: int) -> str:
    """Return an accepted spelling of a day."""
    text = day_text(time)
    return (_slashed(text), f"{text} 00:00:00", f" {text} ")[pick % 3]


def bad_time(pick: int, time: int) -> str:
    """Return a text that is no time: impossible, ambiguous or not one at all."""
    text = time_text(time)
    year, month, day, clock = text[:4], text[5:7], text[8:10], text[11:]
    if pick // 8 % 8 == 0:
        return f"{year}{month}{day}{clock[:2]}"
    return (
        f"{year}-02-30 {clock}",
        f"{day}/{month}/{year} {clock[:5]}",
        f"03/04/{year} {clock}",
        f"{year}-13-{day} {clock}",
        f"{text[:10]} 24:00:00",
        f"{text[:10]} {clock[:6]}60",
        "昨天下午",
        f"{year}{month}{day}",
    )[pick % 8]


def odd_amount(pick: int, fen: int) -> str:
    """Return an accepted spelling of an amount."""
    grouped = f"{fen // 100:,}.{fen % 100:02d}"
    plain = money(fen)
    return (
        f"￥{grouped}",
        f"{plain.rstrip('0').rstrip('.')}元",
        plain.translate(_FULL_WIDTH),
        f" {plain} ",
        f"¥{grouped}",
        f"{plain}0",
        f"{plain}00000000000{1 + pick // 8 % 9}",
        f"{money(fen - 1)}9999999999{1 + pick // 8 % 9}",
    )[pick % 8]


def bad_amount(pick: int, fen: int) -> str:
    """Return a text that is no amount."""
    plain = money(fen)
    return (
        *(f"-{plain}", "inf", "1e9", "待定", f"{plain}5", "1000000000", "abc", f"{plain}4999999"),
        f"{plain}0001",
    )[pick % 9]


def wrapped_id(pick: int, text: str) -> str:
    """Return an id as spreadsheets, floats and chat windows leave it."""
    if text.isdigit() and pick // 6 % 2:
        return f"{text}.0"
    return (
        f"'{text}",
        f"\t{text}",
        f'="{text}"',
        f"\u202a{text}\u202c",
        f"{text[:2]}\u200b{text[2:]}\u00ad",
        text.translate(_FULL_WIDTH_ID),
    )[pick % 6]


def mangled_id(pick: int) -> str:
    """Return an id that a spreadsheet has turned into a number."""
    plus = "+" if pick // 7200 % 2 else ""
    digits = f"{1 + pick % 9}.{pick // 9 % 100:02d}"
    return f"{digits}{'Ee'[pick // 900 % 2]}{plus}{11 + pick // 1800 % 4}"


def odd_name(pick: int, text: str) -> str:
    """Return a name that is long, pictured, padded or a formula."""
    return (
        f"{text}限量礼盒装加量不加价",
        f"{text}🎁",
        f" {text}  ",
        f"=1+1{text}",
    )[pick % NAME_SPELLINGS]


def clean_name(text: str) -> str:
    """Return the name as a reader must understand it."""
    return text.strip(" \t\u3000")
