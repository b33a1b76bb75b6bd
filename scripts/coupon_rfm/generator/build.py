"""Puts a data set together: dimensions, then chunk by chunk the facts, then the planted truth."""

import csv
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from .catalogue import Catalogue
from .defect import ACCEPTED, Defect, RefundDefects, SendDefects, UseDefects
from .dimension import (
    DimensionDirt,
    activity_rows,
    agent_rows,
    product_rows,
    truncated_line,
    unreadable_lines,
    write_dimension,
)
from .dirt import Dirt
from .files import NO_QUOTES, DirtyManifest, FactFiles, Insert, batch_file
from .settings import DAY, Settings
from .shape import (
    BLOCK,
    DEPTH_CENTRE,
    DEPTH_SLOPE,
    Chunk,
    Consumers,
    Rows,
    Shape,
    in_order,
    stack,
    take,
)
from .text import (
    FACT_COLUMNS,
    NO,
    ORDER_STATUS,
    REFUND_STATUS,
    YES,
    choice_column,
    consumer_column,
    key_column,
    money_column,
    time_column,
)

DIMENSION_ROWS = {"activity": activity_rows, "product": product_rows, "agent": agent_rows}
COUNTS = tuple(str(number) for number in range(256))
REPLIES = tuple(str(number) for number in range(3_000))
MOST_PENDING = 4  # tables of a chunk drawn but not written, which bounds the memory
TRUNCATED_TABLE = "coupon_use"
HEADER_ONLY_TABLE = "refund"


class Backlog:
    """The rows of one table that are drawn but not exported yet."""

    def __init__(self) -> None:
        self._waiting: list[Rows] = []

    def due(self, rows: Rows, until: int) -> Rows:
        """Return the rows that arrive before `until`, in order of arrival; keep the others."""
        if self._waiting:
            rows = stack([*self._waiting, rows])
        arrival = rows["arrival"]
        if (arrival[1:] < arrival[:-1]).any():
            rows = take(rows, in_order(arrival))
        split = int(np.searchsorted(rows["arrival"], until))
        waiting = take(rows, slice(split, None))
        self._waiting = [{name: column.copy() for name, column in waiting.items()}]
        return take(rows, slice(0, split))


class Builder:
    """Writes one data set below `root`."""

    def __init__(self, root: Path, settings: Settings) -> None:
        """Raises ValueError for a language without names."""
        self.root = root
        self.settings = settings
        self.catalogue = Catalogue(settings)
        self.shape = Shape(settings, self.catalogue)
        self.dirt = Dirt(settings, self.catalogue)
        (root / "truth").mkdir()
        self.dirty_manifest = DirtyManifest(root / "truth" / "dirty_manifest.csv")
        self.is_dirty_text = settings.dirty_rate > 0 and settings.format == "csv"
        self.files = {
            table: FactFiles(root, table, settings, table == "coupon_use" and self.is_dirty_text)
            for table in FACT_COLUMNS
        }
        self.backlogs = {table: Backlog() for table in FACT_COLUMNS}
        self.defects = {
            "coupon_send": SendDefects(settings, self.catalogue),
            "coupon_use": UseDefects(settings, self.catalogue),
            "refund": RefundDefects(settings, self.catalogue),
        }
        self._ids = self.defects["coupon_send"].ids
        self._columns_of: dict[str, Callable[[Rows], dict[str, pa.Array]]] = {
            "coupon_send": self._coupon_send_columns,
            "coupon_use": self._coupon_use_columns,
            "refund": self._refund_columns,
            "chat_session": self._chat_session_columns,
            "shop_order": self._shop_order_columns,
        }
        self._has_inserts: set[str] = set()
        self._pending: deque[Future[None]] = deque()

    def build(self, progress: Callable[[int], None]) -> dict[str, int]:
        """Write everything; call `progress` with the sends done; return rows per fact table."""
        self._write_dimensions()
        rows = dict.fromkeys(FACT_COLUMNS, 0)
        # One thread writes, in the order drawn, while this one draws what comes next.
        with ThreadPoolExecutor(max_workers=1) as self._writer:
            for chunk in self.shape.chunks():
                for table, count in self._write_chunk(chunk).items():
                    rows[table] += count
                progress(len(chunk.sends["time"]))
            self._wait(0)
        for files in self.files.values():
            files.finish()
        self._write_file_defects()
        self._write_truth()
        self.dirty_manifest.close()
        return rows

    def _write_dimensions(self) -> None:
        for table, make in DIMENSION_ROWS.items():
            rows = make(self.settings, self.catalogue)
            DimensionDirt(self.settings, table, rows).apply()
            write_dimension(self.root, self.settings, table, rows, self.dirty_manifest)

    def _write_chunk(self, chunk: Chunk) -> dict[str, int]:
        is_last = chunk.last_day == self.settings.days - 1
        until = self.settings.start + (chunk.last_day + 1) * DAY
        sends, uses, refunds = self.dirt.plant(chunk)
        tables = {
            "coupon_send": sends,
            "coupon_use": uses,
            "refund": refunds,
            "chat_session": chunk.sessions,
            "shop_order": orders_of(chunk),
        }
        counts = {}
        for table, rows in tables.items():
            rows.setdefault("arrival", rows["time"])
            due = self.backlogs[table].due(rows, until)
            counts[table] = len(due["time"])
            if counts[table]:
                self._write_rows(table, due, is_last)
        return counts

    def _write_rows(self, table: str, rows: Rows, is_last: bool) -> None:
        columns = self._columns_of[table](rows)
        defects = {}
        if self.settings.dirty_rate and table in self.defects:
            defects = self.defects[table].of(rows)
        inserts = self._inserts(table, columns, len(rows["time"]), is_last)
        self._wait(MOST_PENDING)
        self._pending.append(
            self._writer.submit(
                self.files[table].write,
                *(columns, rows["arrival"], defects, inserts, self.dirty_manifest),
            )
        )

    def _wait(self, most: int) -> None:
        """Wait until at most `most` tables are still being written; raise what went wrong."""
        while len(self._pending) > most:
            self._pending.popleft().result()

    def _inserts(
        self, table: str, columns: dict[str, pa.Array], count: int, is_last: bool
    ) -> list[Insert]:
        """Return the unreadable lines of the table's first chunk, and of its end."""
        if not self.is_dirty_text or table not in ("coupon_send", "coupon_use"):
            return []

        def texts_at(place: int) -> list[str]:
            return [column[place].as_py() or "" for column in columns.values()]

        inserts = []
        if table not in self._has_inserts:
            self._has_inserts.add(table)
            inserts = unreadable_lines(table, self.settings.dirty_rate, count, texts_at)
        if is_last and table == TRUNCATED_TABLE:
            inserts.append(truncated_line(texts_at(count - 1)))
        return inserts

    def _coupon_send_columns(self, rows: Rows) -> dict[str, pa.Array]:
        return {
            "send_id": key_column("send", rows["number"]),
            "activity_id": choice_column(rows["activity"], self._ids["activity_id"]),
            "agent_id": choice_column(rows["agent"], self._ids["agent_id"]),
            "consumer_id": consumer_column(rows["consumer"]),
            "product_id": choice_column(rows["product"], self._ids["product_id"]),
            "send_time": time_column(self.settings, rows["time"]),
            "discount_amount": money_column(rows["discount"]),
            "valid_hours": choice_column(rows["hours"], COUNTS),
            "session_id": key_column("session", rows["session"]),
        }

    def _coupon_use_columns(self, rows: Rows) -> dict[str, pa.Array]:
        unused = ~rows["is_used"]
        return {
            "use_id": key_column("use", rows["number"]),
            "send_id": key_column("send", rows["send_number"]),
            "order_id": key_column("order", np.where(unused, -1, rows["order"])),
            "consumer_id": consumer_column(rows["consumer"]),
            "is_used": choice_column(rows["is_used"], (NO, YES)),
            "pay_time": time_column(self.settings, rows["time"], unused),
            "pay_amount": money_column(rows["pay"]),
            "discount_amount": money_column(rows["discount"]),
        }

    def _refund_columns(self, rows: Rows) -> dict[str, pa.Array]:
        return {
            "refund_id": key_column("refund", rows["number"]),
            "use_id": key_column("use", rows["use_number"]),
            "refund_amount": money_column(rows["amount"]),
            "refund_time": time_column(self.settings, rows["time"]),
            "refund_status": choice_column(rows["status"], REFUND_STATUS),
        }

    def _chat_session_columns(self, rows: Rows) -> dict[str, pa.Array]:
        return {
            "session_id": key_column("session", rows["number"]),
            "consumer_id": consumer_column(rows["consumer"]),
            "agent_id": choice_column(rows["agent"], self._ids["agent_id"]),
            "start_time": time_column(self.settings, rows["time"]),
            "end_time": time_column(self.settings, rows["end"]),
            "first_reply_seconds": choice_column(rows["reply"], REPLIES),
            "is_inquiry": choice_column(rows["is_inquiry"], (NO, YES)),
        }

    def _shop_order_columns(self, rows: Rows) -> dict[str, pa.Array]:
        return {
            "order_id": key_column("order", rows["number"]),
            "consumer_id": consumer_column(rows["consumer"]),
            "shop_id": choice_column(rows["shop"], self.catalogue.shop_ids),
            "pay_time": time_column(self.settings, rows["time"]),
            "pay_amount": money_column(rows["pay"]),
            "order_status": choice_column(rows["is_closed"], ORDER_STATUS),
        }

    def _write_file_defects(self) -> None:
        """List the reordered columns, and with batches add a file that holds a header only."""
        if not self.is_dirty_text:
            return
        for table, files in self.files.items():
            if files.is_reordered and files.first_path:
                self._list_file("file_reordered_columns", table, files.first_path)
        if self.settings.batches:
            path = batch_file(HEADER_ONLY_TABLE, self.settings.start // DAY, "csv", part=1)
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            header = ",".join(FACT_COLUMNS[HEADER_ONLY_TABLE]) + "\n"
            (self.root / path).write_text(header, encoding="utf-8", newline="")
            self._list_file("file_header_only", HEADER_ONLY_TABLE, path)

    def _list_file(self, kind: str, table: str, path: str) -> None:
        self.dirty_manifest.add(table, Defect(kind, "", ACCEPTED), (path, ""))

    def _write_truth(self) -> None:
        """Write what redemption was drawn from, never read by a model."""
        truth = self.root / "truth"
        agents, activities = self.catalogue.agents, self.catalogue.activities
        skills = zip(self._ids["agent_id"], agents.skill.tolist(), strict=True)
        write_rows(truth / "agent_skill.csv", ("agent_id", "skill_logit"), skills)
        uplifts = zip(self._ids["activity_id"], activities.uplift.tolist(), strict=True)
        write_rows(truth / "activity_uplift.csv", ("activity_id", "uplift_logit"), uplifts)
        terms = (("depth_slope", DEPTH_SLOPE), ("depth_centre", DEPTH_CENTRE))
        write_rows(truth / "redemption_model.csv", ("term", "value"), terms)
        write_propensity(truth / "consumer_propensity.csv", self.shape)


def orders_of(chunk: Chunk) -> Rows:
    """Return all orders of the chunk: those of the uses and those without a coupon."""
    used = take(chunk.uses, chunk.uses["is_used"])
    with_coupon = {
        "number": used["order"],
        "consumer": used["consumer"],
        "shop": used["shop"],
        "time": used["time"],
        "pay": used["pay"],
        "is_closed": np.zeros(len(used["order"]), dtype=bool),
    }
    return stack([with_coupon, chunk.orders])


def write_rows(path: Path, header: tuple[str, ...], rows: Iterable[tuple]) -> None:
    """Write a small truth table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(
            [f"{value:.6f}" if isinstance(value, float) else value for value in row] for row in rows
        )


def write_propensity(path: Path, shape: Shape) -> None:
    """Write the base chance of redemption of every consumer, and the number of sends planned."""
    consumers: Consumers = shape.consumers
    steps = tuple(f"{value:.6f}" for value in shape.propensity.tolist())
    names = ("consumer_id", "propensity", "send_count")
    with path.open("wb") as file:
        file.write((",".join(names) + "\n").encode("ascii"))
        writer = None
        for first in range(0, len(consumers), BLOCK):
            numbers = np.arange(first, min(first + BLOCK, len(consumers)))
            arrays = [
                consumer_column(numbers),
                choice_column(consumers.propensity[numbers], steps),
                choice_column(consumers.total[numbers], COUNTS),
            ]
            batch = pa.record_batch(arrays, names=list(names))
            writer = writer or pacsv.CSVWriter(file, batch.schema, write_options=NO_QUOTES)
            writer.write_batch(batch)
        if writer:
            writer.close()
