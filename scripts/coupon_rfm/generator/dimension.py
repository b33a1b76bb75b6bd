"""The rows of product, agent and activity: their versions, their defects, their files.

These tables are small, so rows are lists of texts. Every change is a new row with a later
updated_at. With batches a row lies in the batch of the day it became known; one set holds the last
version, and of what changes its price, type or amount the versions on both sides of each change.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from . import variant
from .catalogue import FOREVER, UNCHANGED, Catalogue
from .defect import ACCEPTED, DUPLICATE, NO_ROW, REJECTED, Defect
from .files import DirtyManifest, Insert, batch_file, quoted
from .settings import DAY, Draws, Settings
from .text import DIMENSION_COLUMNS, NO, YES, day_text, money, time_text

FIXED, CUSTOM = "固定", "自定义"
DRAFT, RUNNING, PAUSED, OVER = "未开始", "进行中", "已暂停", "已结束"
FILE_FEATURES = {"agent": ("bom", "crlf"), "activity": ("extra_column",)}
UNREADABLE_KINDS = {
    "coupon_send": (
        *("line_too_many_columns", "line_too_few_columns"),
        *("line_broken_quote", "line_bad_bytes"),
    ),
    "coupon_use": ("line_too_few_columns", "line_broken_quote", "line_bad_bytes"),
    "product": ("line_too_many_columns", "line_broken_quote", "line_bad_bytes"),
}
EXTRA_COLUMN, EXTRA_TEXT = "remark", "导出备注"
SHARE = {
    "duplicate_identical": 0.005,
    "duplicate_superseded": 0.002,
    "bad_time": 0.001,
    "bad_amount": 0.001,
    "bad_flag": 0.002,
    "discount_out_of_rule": 0.003,
    "mangled_id": 0.001,
    "missing_key": 0.001,
    "id_wrapper": 0.001,
    "time_format": 0.03,
    "amount_format": 0.005,
    "flag_format": 0.018,
    "name_format": 0.01,
}
ON_SPARES = ("bad_time", "bad_amount", "bad_flag", "discount_out_of_rule", "mangled_id")


@dataclass
class Version:
    """One row of a dimension: texts in the order of the table, and the day it became known."""

    texts: list[str]
    day: int
    updated: int  # seconds, what updated_at says before any defect
    amount: int = 0  # fen: price or discount
    is_spare: bool = False
    has_history: bool = False
    judged: dict[str, str] = field(default_factory=dict)  # texts that sends are judged by
    defect: Defect | None = None
    raw: set[int] = field(default_factory=set)  # places of fields never quoted

    def copy(self) -> "Version":
        """Return a copy that can be changed."""
        return Version(list(self.texts), self.day, self.updated, self.amount)


def history(versions: list[Version], settings: Settings) -> list[Version]:
    """Return the versions to write; all but the last are superseded."""
    known = [version for version in versions if version.day < settings.days]
    if settings.batches:
        first = max(index for index, version in enumerate(known) if version.day <= 0 or index == 0)
        kept = known[first:]
    else:
        steps = zip([known[0], *known], known, [*known[1:], known[-1]], strict=False)
        kept = [
            version
            for before, version, after in steps
            if version is known[-1] or not before.judged == version.judged == after.judged
        ]
    for version in kept:
        version.day = max(version.day, 0)
    for version, after in pairwise(kept):
        version.defect = update_of(version, after)
    kept[-1].has_history = len(kept) > 1
    return kept


def update_of(version: Version, after: Version) -> Defect:
    """Return what is listed of a version that another one follows."""
    kind, changes = "dimension_update", ""
    for column, text in version.judged.items():
        if text != after.judged[column]:
            kind = {"price": "price_change", "activity_type": "type_change"}.get(column, kind)
            kind = "cap_change" if kind == "dimension_update" else kind
            changes += f"{column}={text} becomes {after.judged[column]} "
    detail = f"{changes}updated_at={time_text(after.updated if changes else version.updated)}"
    return Defect(kind, version.texts[0], DUPLICATE, "superseded", detail)


def product_rows(settings: Settings, catalogue: Catalogue) -> list[Version]:
    """Return all products, with the changes of their prices."""
    products, draws = catalogue.products, Draws(settings.seed, "product row")
    count = len(products.is_spare)
    age = draws.below(200, count)
    ids = products.ids()
    rows = []
    for number in range(count):
        day, cost = int(products.first_day[number]), int(products.cost[number])
        listed = settings.start + (day if day else -1 - int(age[number])) * DAY + 9 * 3600
        versions = []
        for updated, price in zip(
            (listed, *products.changed_at[:, number].tolist()),
            products.price[:, number].tolist(),
            strict=True,
        ):
            if updated == UNCHANGED:
                continue
            texts = [
                *(ids[number], products.name[number], products.category[number]),
                *(money(price), money(cost) if cost >= 0 else ""),
                *(catalogue.shop_ids[products.shop[number]], time_text(updated)),
            ]
            is_spare = bool(products.is_spare[number])
            known = (updated - settings.start) // DAY
            judged = {"price": money(price)}
            versions.append(Version(texts, known, updated, price, is_spare, judged=judged))
        rows += history(versions, settings)
    return rows


def agent_rows(settings: Settings, catalogue: Catalogue) -> list[Version]:
    """Return all agents; who leaves gets a leave_date on that day."""
    agents = catalogue.agents
    rows = []
    for number, row_id in enumerate(agents.ids()):
        shop = int(agents.shop[number])
        hire, leave = int(agents.hire_day[number]), int(agents.leave_day[number])
        named = [row_id, agents.name[number], catalogue.shop_ids[shop], catalogue.shop_names[shop]]
        versions = []
        for day, leave_day in ((hire, FOREVER), (leave, leave)):
            if day == FOREVER:
                continue
            updated = settings.start + day * DAY + 18 * 3600
            left = "" if leave_day == FOREVER else day_text(settings.start + leave_day * DAY)
            texts = [*named, day_text(settings.start + hire * DAY), left, time_text(updated)]
            versions.append(Version(texts, day, updated, 0, bool(agents.is_spare[number])))
        rows += history(versions, settings)
    return rows


def activity_rows(settings: Settings, catalogue: Catalogue) -> list[Version]:
    """Return all activities: drafted, running, over (a few paused), with the changes of amounts."""
    activities = catalogue.activities
    rows = []
    for number, row_id in enumerate(activities.ids()):
        start, end = int(activities.start_day[number]), int(activities.end_day[number])
        drafted = min(start - 1 - number % 7, settings.days - 1)
        last = PAUSED if number % 23 == 5 else OVER
        changed_at = int(activities.changed_at[number])
        steps = [
            (settings.start + drafted * DAY + 36_000, DRAFT),
            (settings.start + start * DAY, RUNNING),
            (changed_at, RUNNING),
            (settings.start + (end + 1) * DAY + 300, last),
        ]
        versions = []
        for updated, status in steps:
            if updated == UNCHANGED:
                continue
            version = int(updated >= changed_at)
            amount = int(activities.amount[version, number])
            judged = {
                "activity_type": FIXED if activities.is_fixed[version, number] else CUSTOM,
                "discount_amount": money(amount),
            }
            texts = [
                *(row_id, activities.name[number], catalogue.shop_ids[activities.shop[number]]),
                *judged.values(),
                YES if activities.is_stackable[number] else NO,
                YES if activities.is_lowest[number] else NO,
                time_text(settings.start + start * DAY),
                time_text(settings.start + (end + 1) * DAY - 1),
                *(status, time_text(updated)),
            ]
            known = (updated - settings.start) // DAY
            is_spare = bool(activities.is_spare[number])
            versions.append(Version(texts, known, updated, amount, is_spare, judged=judged))
        rows += history(versions, settings)
    return rows


class DimensionDirt:
    """Plants defects among the rows of one dimension; `apply` makes the list complete."""

    def __init__(self, settings: Settings, table: str, rows: list[Version]) -> None:
        self.settings = settings
        self.table = table
        self.rows = rows
        self.columns = DIMENSION_COLUMNS[table]
        self._draws = Draws(settings.seed, f"{table} dirt")
        self._kinds: dict[str, Callable[[Version, int], None]] = {
            "duplicate_identical": self._repeat,
            "duplicate_superseded": self._supersede,
            "mangled_id": self._mangle,
            "missing_key": self._lose_key,
            "bad_time": self._break_time,
            "id_wrapper": self._wrap,
            "time_format": self._respell_time,
            "name_format": self._rename,
        }
        if table != "agent":
            self._kinds["bad_amount"] = self._break_amount
            self._kinds["amount_format"] = self._respell_amount
        if table == "activity":
            self._kinds["bad_flag"] = self._break_flag
            self._kinds["discount_out_of_rule"] = self._break_rule
            self._kinds["flag_format"] = self._respell_flag

    def apply(self) -> None:
        """Change rows in place and append copies."""
        rate, count = self.settings.dirty_rate, len(self.rows)
        if not rate:
            return
        ordered = sorted(self._kinds, key=lambda kind: kind not in (*ON_SPARES, "missing_key"))
        for kind in ordered:
            on_spare = kind in (*ON_SPARES, "missing_key")
            for _ in range(int(1 + SHARE[kind] * rate * count)):
                free = [
                    row
                    for row in self.rows
                    if row.defect is None and row.is_spare == on_spare and not row.has_history
                ]
                if not free:
                    break
                row = free[int(self._draws.below(len(free), 1)[0])]
                self._kinds[kind](row, int(self._draws.below(1 << 30, 1)[0]))
        if self.table == "agent":
            self._add_test_agents()

    def _set(self, row: Version, column: str, text: str) -> None:
        row.texts[self.columns.index(column)] = text

    def _get(self, row: Version, column: str) -> str:
        return row.texts[self.columns.index(column)]

    def _reject(
        self, row: Version, kind: str, column: str, text: str, key: str | None = None
    ) -> None:
        row_key = row.texts[0] if key is None else key
        self._set(row, column, text)
        row.defect = Defect(kind, row_key, REJECTED, kind, f"{column}={text}")

    def _accept(self, row: Version, kind: str, column: str, text: str, value: str) -> None:
        row.defect = Defect(kind, row.texts[0], ACCEPTED, "", f"{column}={value}")
        self._set(row, column, text)

    def _repeat(self, row: Version, pick: int) -> None:
        copy = row.copy()
        copy.day = min(row.day + pick % 3, self.settings.days - 1)
        copy.defect = Defect("duplicate_identical", row.texts[0], DUPLICATE, "identical")
        self.rows.append(copy)
        row.has_history = True

    def _supersede(self, row: Version, pick: int) -> None:
        """Put an older version beside the row, which moves to a later batch.

        The older one holds before the row's updated_at. So it has another price only where that is
        before any send, and never another cap.
        """
        older = row.copy()
        older.updated = row.updated - DAY - pick % DAY
        self._set(older, "updated_at", time_text(older.updated))
        column = "price" if self.table == "product" else self.columns[1]
        text = money(row.amount + 500) if column == "price" else f"{self._get(row, column)}旧"
        self._set(older, column, text)
        stays, goes = f"{column}={self._get(row, column)}", f"{column}={text}"
        detail = f"stays {stays}, goes {goes} updated_at={time_text(older.updated)}"
        older.defect = Defect("duplicate_superseded", row.texts[0], DUPLICATE, "superseded", detail)
        self.rows.append(older)
        if row.day < self.settings.days - 1:
            row.day = row.day + 1 + pick % min(20, self.settings.days - 1 - row.day)
        row.has_history = True

    def _mangle(self, row: Version, pick: int) -> None:
        text = variant.mangled_id(pick)
        if pick % 2:
            self._reject(row, "mangled_id", self.columns[0], text, key=text)
        else:
            self._reject(row, "mangled_id", "shop_id", text)

    def _lose_key(self, row: Version, pick: int) -> None:
        text = variant.NO_KEYS[pick % len(variant.NO_KEYS)]
        self._reject(row, "missing_key", self.columns[0], text, key="")

    def _break_time(self, row: Version, pick: int) -> None:
        column = {"agent": ("hire_date", "updated_at"), "activity": ("start_time", "end_time")}
        chosen = column.get(self.table, ("updated_at", "updated_at"))[pick % 2]
        self._reject(row, "bad_time", chosen, variant.bad_time(pick // 2, row.updated))

    def _respell_time(self, row: Version, pick: int) -> None:
        if self.table == "agent" and pick % 3 == 0 and not self._get(row, "leave_date"):
            texts = variant.NO_LEAVE_DATES
            self._accept(row, "time_format", "leave_date", texts[pick // 3 % len(texts)], "")
            return
        if self.table == "agent" and pick % 2:
            hired = self._get(row, "hire_date")
            seconds = self._seconds(hired)
            self._accept(row, "time_format", "hire_date", variant.odd_date(pick, seconds), hired)
            return
        column = "start_time" if self.table == "activity" and pick % 2 else "updated_at"
        value = self._get(row, column)
        seconds = self._seconds(value)
        text = variant.odd_time(pick // 2, seconds, value)
        if pick // 2 % variant.TIME_SPELLINGS == variant.MINUTES_ONLY:
            value = time_text(seconds - seconds % 60)
        self._accept(row, "time_format", column, text, value)

    def _seconds(self, text: str) -> int:
        """Return the seconds of a canonical time or date."""
        day, _, clock = text.partition(" ")
        seconds = (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY
        for part, unit in zip(clock.split(":") if clock else (), (3600, 60, 1), strict=False):
            seconds += int(part) * unit
        return seconds

    def _wrap(self, row: Version, pick: int) -> None:
        text = variant.wrapped_id(pick, row.texts[0])
        if text.startswith("="):
            row.raw.add(0)
        self._accept(row, "id_wrapper", self.columns[0], text, row.texts[0])

    def _rename(self, row: Version, pick: int) -> None:
        column = self.columns[1]
        text = variant.odd_name(pick, self._get(row, column))
        self._accept(row, "name_format", column, text, variant.clean_name(text))

    def _amount_column(self) -> str:
        return "price" if self.table == "product" else "discount_amount"

    def _break_amount(self, row: Version, pick: int) -> None:
        text = variant.bad_amount(pick, row.amount)
        self._reject(row, "bad_amount", self._amount_column(), text)

    def _respell_amount(self, row: Version, pick: int) -> None:
        text = variant.odd_amount(pick, row.amount)
        self._accept(row, "amount_format", self._amount_column(), text, money(row.amount))

    def _break_flag(self, row: Version, pick: int) -> None:
        column, text = (
            ("is_stackable", "也许"),
            ("counts_as_lowest_price", ""),
            ("activity_type", "满减"),
            ("status", "结束"),
        )[pick % 4]
        self._reject(row, "bad_flag", column, text)

    def _break_rule(self, row: Version, pick: int) -> None:
        text = ("0.00", "5000.01")[pick % 2]
        self._reject(row, "discount_out_of_rule", "discount_amount", text)

    def _respell_flag(self, row: Version, pick: int) -> None:
        column = ("is_stackable", "counts_as_lowest_price")[pick % 2]
        is_true = self._get(row, column) == YES
        choices = variant.TRUE_FLAGS if is_true else variant.FALSE_FLAGS
        text = choices[pick // 2 % len(choices)]
        self._accept(row, "flag_format", column, text, "true" if is_true else "false")

    def _add_test_agents(self) -> None:
        pattern = self.rows[0]
        for account in self.settings.test_agents:
            row = pattern.copy()
            row.texts[0], row.texts[1], row.day = account, "测试", 0
            detail = f"agent_id={account}"
            row.defect = Defect("test_account", account, REJECTED, "test_account", detail)
            self.rows.append(row)


def unreadable_lines(
    table: str, rate: float, count: int, texts_at: Callable[[int], list[str]]
) -> list[Insert]:
    """Return lines that cannot be parsed, spread over `count` rows.

    Each is made from the row it precedes (`texts_at(place)`), with a key that no row has.
    """
    kinds = UNREADABLE_KINDS[table] * max(1, round(rate))
    inserts = []
    for number, kind in enumerate(kinds):
        place = (number + 1) * count // (len(kinds) + 1)
        texts = [f"{table.removeprefix('coupon_')[0].upper()}{NO_ROW + number}"]
        texts += texts_at(min(place, count - 1))[1:]
        inserts.append(Insert(place, kind, broken_line(kind, texts)))
    return inserts


def broken_line(kind: str, texts: list[str]) -> bytes:
    """Return the line of these fields, broken in one way."""
    if kind == "line_too_many_columns":
        texts = [*texts, "多余", "1"]
    elif kind == "line_too_few_columns":
        texts = texts[:-3]
    elif kind == "line_broken_quote":
        texts[2] = f'"{texts[2]}'
    else:
        texts[3] = f"\udcff\udcfe{texts[3]}"  # the bytes FF FE
    return f"{','.join(texts)}\n".encode("utf-8", "surrogateescape")


def truncated_line(texts: list[str]) -> Insert:
    """Return a last line that breaks off, without an end of line."""
    line = ",".join([f"U{NO_ROW + 9_999}", *texts[1:]])
    return Insert(1 << 40, "line_truncated", line[: len(line) * 2 // 5].encode("utf-8"))


def write_dimension(
    root: Path, settings: Settings, table: str, rows: list[Version], dirty_manifest: DirtyManifest
) -> None:
    """Write the file or the batch files of a dimension and list its defects."""
    by_day: dict[int, list[Version]] = {}
    for row in rows:
        by_day.setdefault(row.day if settings.batches else 0, []).append(row)
    first = True
    for day in sorted(by_day):
        path = f"{table}.{settings.format}"
        if settings.batches:
            path = batch_file(table, settings.start // DAY + day, settings.format)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if settings.format == "parquet":
            _write_parquet(root / path, DIMENSION_COLUMNS[table], by_day[day])
            for row in by_day[day]:
                if row.defect:
                    dirty_manifest.add(table, row.defect, (path, ""))
        else:
            features = FILE_FEATURES.get(table, ()) if first and settings.dirty_rate else ()
            _write_csv(root, path, settings, table, by_day[day], features, first, dirty_manifest)
        first = False


def _write_parquet(path: Path, columns: tuple[str, ...], rows: list[Version]) -> None:
    arrays = [
        pa.array([row.texts[place] or None for row in rows], pa.string())
        for place in range(len(columns))
    ]
    pq.write_table(pa.table(arrays, names=list(columns)), path)


def _write_csv(
    root: Path,
    path: str,
    settings: Settings,
    table: str,
    rows: list[Version],
    features: tuple[str, ...],
    is_first: bool,
    dirty_manifest: DirtyManifest,
) -> None:
    end = "\r\n" if "crlf" in features else "\n"
    names = list(DIMENSION_COLUMNS[table])
    inserts: list[Insert] = []
    if table == "product" and is_first and settings.dirty_rate:
        rate = settings.dirty_rate
        inserts = unreadable_lines(table, rate, len(rows), lambda place: list(rows[place].texts))
    with (root / path).open("wb") as file:
        if "extra_column" in features:
            names.insert(2, EXTRA_COLUMN)
        file.write((("\ufeff" if "bom" in features else "") + ",".join(names) + end).encode())
        line = 1
        for number, row in enumerate(rows):
            for insert in (insert for insert in inserts if insert.place == number):
                line += 1
                file.write(insert.line)
                dirty_manifest.add_unreadable(table, insert, (path, line))
            line += 1
            texts = [quoted(text, place in row.raw) for place, text in enumerate(row.texts)]
            if "extra_column" in features:
                texts.insert(2, EXTRA_TEXT if number % 3 == 0 else "")
            file.write((",".join(texts) + end).encode())
            if row.defect:
                dirty_manifest.add(table, row.defect, (path, line))
    for feature in features:
        dirty_manifest.add(table, Defect(f"file_{feature}", "", ACCEPTED), (path, ""))
