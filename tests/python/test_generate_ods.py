"""The generator: same bytes, clean or planted exactly as listed, and a life-like shape."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import generate_ods
from coupon_rfm.generator import SAMPLE_ARGUMENTS
from coupon_rfm.generator.dimension import SHARE as DIMENSION_SHARE
from coupon_rfm.generator.dirt import SEND_SHARE, USE_SHARE
from coupon_rfm.generator.settings import Draws
from coupon_rfm.generator.text import TABLE_COLUMNS
from coupon_rfm.measurement import measure
from oracle import cleaning, compute, default_settings, facts, values

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "generate_ods.py"
SAMPLE = ROOT / "seeds" / "ods"
SEGMENTS = {"高价值用户", "潜力用户", "一般用户", "流失用户"}
CLEAN_TEXT = {  # what every field of a clean set looks like
    "_id": r"[A-Z]\d{3,11}|tb\d{10}|43\d{14}",
    "_time": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "_date": r"\d{4}-\d\d-\d\d",
    "updated_at": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "_amount": r"\d+\.\d\d",
    "price": r"\d+\.\d\d|是|否",
    "cost": r"\d+\.\d\d",
    "valid_hours": r"24|12|6|2|1",
    "is_": r"是|否",
    "activity_type": r"固定|自定义",
    "status": r"未开始|进行中|已暂停|已结束",
}
INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u200e\u202a\u202c")
VERSION_KINDS = {"price_change", "cap_change", "type_change"}
OPTIONAL = {
    *(("coupon_send", "session_id"), ("product", "cost"), ("agent", "leave_date")),
    *(("coupon_use", column) for column in ("order_id", "pay_time", "pay_amount")),
}


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def generate(out: Path, *arguments: object) -> Path:
    done = run("--out", out, *arguments)
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def dirty_manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth" / "dirty_manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@pytest.fixture(scope="module")
def clean(folder: Path) -> Path:
    return generate(folder / "clean", "--sends", 60_000, "--dirty-rate", 0, "--seed", 5)


@pytest.fixture(scope="module")
def dirty(folder: Path) -> Path:
    return generate(folder / "dirty", "--sends", 30_000, "--seed", 5)


@pytest.fixture(scope="module")
def batches(folder: Path) -> Path:
    return generate(folder / "batches", "--sends", 5_000, "--seed", 6, "--batches")


# Same arguments, same bytes -------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("--sends", 2_000, "--seed", 8),
        ("--sends", 2_000, "--seed", 8, "--format", "parquet", "--batches"),
    ],
    ids=["csv", "parquet-batches"],
)
def test_same_arguments_give_same_bytes(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    zones = {"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}
    for number, environment in enumerate(zones):
        done = run("--out", tmp_path / str(number), *arguments, **environment, LC_ALL="C")
        assert done.returncode == 0, done.stderr
    assert tree(tmp_path / "0") == tree(tmp_path / "1")


def test_another_seed_gives_other_rows(tmp_path: Path, dirty: Path) -> None:
    other = generate(tmp_path / "other", "--sends", 30_000, "--seed", 4)
    for name, content in tree(dirty).items():
        if "redemption_model" not in name:
            assert (other / name).read_bytes() != content, name


def test_random_numbers_are_those_of_pcg64() -> None:
    """Guards the figures themselves: they must not depend on the numpy version."""
    draws = Draws(20, "test")
    assert draws.words(2).tolist() == [15657340529501998884, 4467402226826804935]
    assert draws.below(1000, 4).tolist() == [565, 872, 898, 385]


def test_defects_change_no_other_row(tmp_path: Path) -> None:
    arguments = ("--sends", 3_000, "--seed", 5)
    clean = generate(tmp_path / "clean", *arguments, "--dirty-rate", 0)
    dirty = generate(tmp_path / "dirty", *arguments)
    planted = {row["key"] for row in dirty_manifest(dirty)}
    before = {row["send_id"]: row for row in rows_of(clean, "coupon_send")}
    raw = (dirty / "coupon_send.csv").read_text("utf-8", errors="replace").splitlines()
    for row in csv.DictReader(line for line in raw if '"' not in line):
        if row["send_id"] in before and row["send_id"] not in planted:
            assert row == before[row["send_id"]]


# The committed sample -------------------------------------------------------------------------


def test_sample_is_what_its_command_writes(tmp_path: Path) -> None:
    expected = tree(generate(tmp_path / "sample", *SAMPLE_ARGUMENTS))
    found = tree(SAMPLE)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


def test_sample_is_small_and_has_every_kind_and_segment() -> None:
    assert sum(map(len, tree(SAMPLE).values())) <= 3_000_000
    assert len(list((SAMPLE / "coupon_use").glob("*.csv"))) >= 2, "no table of several files"
    planted = {(row["table"], row["kind"]) for row in dirty_manifest(SAMPLE)}
    kinds = {kind for _, kind in planted}
    assert {*DIMENSION_SHARE} <= kinds
    merged = {"test_agent", "test_consumer", "test_payment"}
    filled = {kind for kind in SEND_SHARE if kind.startswith("missing_") and kind != "missing_key"}
    assert {*SEND_SHARE, *USE_SHARE} - merged - filled <= kinds
    lines = ("too_many_columns", "too_few_columns", "broken_quote", "bad_bytes", "truncated")
    assert {f"line_{kind}" for kind in lines} <= kinds
    assert {"file_bom", "file_crlf", "file_reordered_columns", "file_extra_column"} <= kinds
    assert {"test_account", "refund_larger_than_paid", "refund_unknown_use"} <= kinds
    sources = {
        row["detail"].split()[0] for row in dirty_manifest(SAMPLE) if "source=" in row["detail"]
    }
    assert sources == {"source=use", "source=session", "source=unknown", "source=send"}
    segments = Counter(row["user_level"] for row in compute(SAMPLE)["ads_consumer_segment"])
    assert set(segments) == SEGMENTS and min(segments.values()) >= 10, segments


# Clean data -----------------------------------------------------------------------------------


def test_clean_set_has_canonical_text_only(clean: Path) -> None:
    for table, columns in TABLE_COLUMNS.items():
        content = (clean / f"{table}.csv").read_bytes()
        header = content.split(b"\n", 1)[0].decode("utf-8")
        assert header == ",".join(columns)
        assert b"\r" not in content and b'"' not in content and content.endswith(b"\n")
        rows = rows_of(clean, table)
        for column in columns:
            texts = {row[column] for row in rows}
            if (table, column) in OPTIONAL:
                texts.discard("")
            wanted = next((rule for part, rule in CLEAN_TEXT.items() if part in column), ".+")
            if column.endswith("_status"):
                wanted = ".+"
            odd = [text for text in texts if not re.fullmatch(wanted, text) or text.strip() != text]
            assert not odd, (table, column, odd[:3])
        keys = [(row[columns[0]], row.get("updated_at")) for row in rows]
        assert len(set(keys)) == len(keys), f"{table} has a key twice"


def test_clean_set_lists_its_versions_only_and_nothing_is_refused(tmp_path: Path) -> None:
    clean = generate(tmp_path / "clean", "--sends", 8_000, "--dirty-rate", 0)
    cleaned = cleaning.clean(clean, default_settings().business_timezone)
    superseded = [row for row in cleaned.rows if row.outcome != "accepted"]
    assert {(row.table.name, row.reason) for row in superseded} == {
        ("product", "superseded"),
        ("activity", "superseded"),
    }
    listed = dirty_manifest(clean)
    assert Counter(row.key for row in superseded) == Counter(row["key"] for row in listed)
    assert {row["kind"] for row in listed} == {*VERSION_KINDS, "dimension_update"}
    judged = cleaned.accepted["coupon_send"].values()
    assert sum(is_out_of_todays_rule(row, cleaned) for row in judged) > len(judged) / 50
    found = facts.derive(cleaned, default_settings())
    assert {use.invalid_reason for use in found.uses} == {None, "not_used"}
    assert not any(send.is_outside_activity or send.is_after_agent_left for send in found.sends)
    assert {send.consumer_id_source for send in found.sends} == {"send"}
    assert not any("unknown" in (s.activity_id, s.agent_id, s.product_id) for s in found.sends)


def is_out_of_todays_rule(send: cleaning.Row, cleaned: cleaning.Cleaned) -> bool:
    """Whether a send would be rejected by the last price, type or cap."""
    product = cleaned.accepted["product"][send["product_id"]]
    activity = cleaned.accepted["activity"][send["activity_id"]]
    is_custom = activity["activity_type"] == "自定义"
    discount = send["discount_amount"]
    return discount >= product["price"] or (is_custom and discount > activity["discount_amount"])


def test_versions_of_a_clean_set_are_the_same_in_batches(tmp_path: Path) -> None:
    """One set and batches tell of the same changes: every send has the same price and cap."""
    prices = []
    for options in ((), ("--batches",)):
        clean = generate(
            tmp_path / f"set{len(options)}", "--sends", 3_000, "--dirty-rate", 0, *options
        )
        cleaned = cleaning.clean(clean, default_settings().business_timezone)
        assert {row.outcome for row in cleaned.of("coupon_send")} == {"accepted"}
        prices.append({})
        for send in cleaned.of("coupon_send"):
            product = cleaned.version("product", send["product_id"], send["send_time"])
            activity = cleaned.version("activity", send["activity_id"], send["send_time"])
            columns = (activity["activity_type"], activity["discount_amount"])
            prices[-1][send.key] = (product["price"], *columns)
    assert prices[0] == prices[1]


# Planted defects ------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["one set", "batches", "parquet batches", "very dirty"])
def planted(request: pytest.FixtureRequest, folder: Path, batches: Path) -> Path:
    if request.param == "one set":
        return SAMPLE
    if request.param == "batches":
        return batches
    arguments: tuple[object, ...] = ("--batches", "--format", "parquet", "--seed", 9)
    if request.param == "very dirty":
        arguments = ("--dirty-rate", 5, "--shops", 1, "--seed", 3)
    return generate(folder / request.param, "--sends", 10_000, *arguments)


@pytest.fixture(scope="module")
def cleaned(planted: Path) -> cleaning.Cleaned:
    return cleaning.clean(planted, default_settings().business_timezone)


def test_dirty_manifest_is_exactly_what_the_rules_find(
    planted: Path, cleaned: cleaning.Cleaned
) -> None:
    found = Counter(
        (row.table.name, row.key or "", row.outcome, row.reason)
        for row in cleaned.rows
        if row.outcome != "accepted"
    )
    listed = Counter(
        (row["table"], row["key"], row["expected_outcome"], row["expected_reason"])
        for row in dirty_manifest(planted)
        if row["expected_outcome"] != "accepted"
    )
    assert found - listed == Counter(), "not listed"
    assert listed - found == Counter(), "not found"


def test_accepted_defects_are_what_their_detail_says(
    planted: Path, cleaned: cleaning.Cleaned
) -> None:
    found = facts.derive(cleaned, default_settings())
    sends = {send.send_id: send for send in found.sends}
    uses = {use.use_id: use for use in found.uses}
    seen: Counter[str] = Counter()
    flagged: dict[str, set[str]] = {"expired": set(), "after_agent_left": set()}
    flagged["outside_activity"] = set()
    for row in dirty_manifest(planted):
        table, kind, key, detail = row["table"], row["kind"], row["key"], row["detail"]
        if row["expected_outcome"] != "accepted" or not key or table == "refund":
            continue
        seen[kind] += 1
        flagged.setdefault(kind, set()).add(key)
        column, _, text = detail.partition("=")
        if kind == "consumer_missing" and table == "coupon_send":
            send = sends[key]
            assert f"source={send.consumer_id_source} consumer={send.consumer_id}" == detail
        elif kind == "consumer_missing":
            assert uses[key].own_consumer_id is None
            assert f"source=send consumer={uses[key].consumer_id}" == detail
        elif kind.endswith("_format") or kind == "id_wrapper":
            value = cleaned.accepted[table][key][column]
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            if column == "leave_date" and value in (None, values.NO_END.date()):
                shown = ""
            assert shown in (text, text.removesuffix("0"), text.removesuffix(".00")), row
            assert kind == "name_format" or cleaned.accepted[table][key].raw[column] != text
        elif kind == "unknown_member":
            assert getattr(sends[key], column) == "unknown"
    assert {use.use_id for use in found.uses if use.invalid_reason == "expired"} == flagged[
        "expired"
    ]
    assert {s.send_id for s in found.sends if s.is_after_agent_left} == flagged["after_agent_left"]
    assert {s.send_id for s in found.sends if s.is_outside_activity} == flagged["outside_activity"]
    assert min(seen[kind] for kind in ("consumer_missing", "time_format", "unknown_member")) > 0


def test_the_row_that_stays_is_the_one_listed(planted: Path, cleaned: cleaning.Cleaned) -> None:
    rows = [row for row in dirty_manifest(planted) if row["kind"] == "duplicate_superseded"]
    for row in rows:
        column, text = re.match(r"stays (\w+)=(.+), goes ", row["detail"]).groups()
        assert cleaned.accepted[row["table"]][row["key"]].raw[column] == text, row
    assert {row["table"] for row in rows} > {"coupon_send", "coupon_use"}


def test_every_row_of_the_dirty_manifest_is_in_its_file(dirty: Path, batches: Path) -> None:
    for where in (dirty, batches):
        lines: dict[str, list[bytes]] = {}
        for row in dirty_manifest(where):
            name = row["source_file"]
            if name not in lines:
                lines[name] = (where / name).read_bytes().split(b"\n")
            if row["kind"].startswith("file_") or row["kind"] == "dimension_update":
                continue
            line = lines[name][int(row["source_line"]) - 1].decode("utf-8", "replace")
            if row["expected_outcome"] == "unreadable":
                assert line == row["detail"]
            else:
                assert row["key"] in unicodedata.normalize("NFKC", line).translate(INVISIBLE), row
            if row["expected_outcome"] == "rejected" and "=" in row["detail"]:
                text = row["detail"].partition("=")[2]
                assert text in line, row


def test_file_features_are_really_there(dirty: Path, batches: Path) -> None:
    agent = (dirty / "agent.csv").read_bytes()
    assert agent.startswith(b"\xef\xbb\xbf") and agent.count(b"\r\n") == agent.count(b"\n")
    assert b",remark," in (dirty / "activity.csv").read_bytes().split(b"\n")[0]
    header = (dirty / "coupon_use.csv").read_text("utf-8", errors="replace").split("\n")[0]
    columns = TABLE_COLUMNS["coupon_use"]
    assert header != ",".join(columns) and sorted(header.split(",")) == sorted(columns)
    assert not (dirty / "coupon_use.csv").read_bytes().endswith(b"\n")
    (header_only,) = batches.glob("refund/*/part-1.csv")
    assert header_only.read_text("utf-8") == ",".join(TABLE_COLUMNS["refund"]) + "\n"


def test_shares_of_defects_are_those_asked_for(dirty: Path, tmp_path: Path) -> None:
    counts = Counter((row["table"], row["kind"]) for row in dirty_manifest(dirty))
    double = generate(tmp_path / "double", "--sends", 30_000, "--seed", 5, "--dirty-rate", 2)
    doubled = Counter((row["table"], row["kind"]) for row in dirty_manifest(double))
    merged = ("test_", "missing_")
    sends = {kind: share for kind, share in SEND_SHARE.items() if not kind.startswith(merged)}
    sends |= {"test_account": 0.003, "consumer_missing": 0.01, "missing_key": 0.001}
    for kind, share in sends.items():
        expected = share * 30_000
        assert counts["coupon_send", kind] == pytest.approx(expected, abs=4), kind
        assert doubled["coupon_send", kind] == pytest.approx(2 * expected, abs=4), kind


def test_batches_hold_the_rows_of_their_day_or_later(batches: Path) -> None:
    late = {
        row["key"]
        for row in dirty_manifest(batches)
        if row["kind"] in ("late", "duplicate_identical", "duplicate_superseded")
    }
    unread = {row["key"] for row in dirty_manifest(batches) if row["kind"] == "bad_time"}
    times = {"coupon_send": "send_time", "chat_session": "start_time", "refund": "refund_time"}
    checked = Counter[bool]()
    for table, column in times.items():
        for path in sorted(batches.glob(f"{table}/dt=*/*.csv")):
            day = path.parent.name.removeprefix("dt=")
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                raw = [line for line in file if '"' not in line]
            for row in csv.DictReader(raw):
                text, key = row[column] or "", row[TABLE_COLUMNS[table][0]]
                if re.fullmatch(CLEAN_TEXT["_time"], text) and key not in unread:
                    is_late = text[:10] < day
                    assert text[:10] <= day, (table, row)
                    assert not is_late or key in late, (table, row)
                    checked[is_late] += 1
    assert checked[True] > 20 and checked[False] > 5_000


def test_yearly_files_are_the_one_file_cut_at_new_year(tmp_path: Path) -> None:
    whole = generate(tmp_path / "whole", "--sends", 2_000, "--dirty-rate", 0)
    yearly = generate(tmp_path / "yearly", "--sends", 2_000, "--dirty-rate", 0, "--yearly")
    for table, time_column in (("coupon_send", "send_time"), ("shop_order", "pay_time")):
        parts = {path.stem: path for path in sorted((yearly / table).iterdir())}
        assert list(parts) == ["2025", "2026"]
        rows = {}
        for year, path in parts.items():
            with path.open(encoding="utf-8", newline="") as file:
                rows[year] = list(csv.DictReader(file))
            assert {row[time_column][:4] for row in rows[year]} == {year}
        assert rows["2025"] + rows["2026"] == rows_of(whole, table)
    assert (yearly / "product.csv").read_bytes() == (whole / "product.csv").read_bytes()


def test_dimensions_change_in_later_batches(batches: Path) -> None:
    kinds = {(row["table"], row["kind"]) for row in dirty_manifest(batches)}
    assert {("activity", "dimension_update"), ("agent", "dimension_update")} < kinds
    assert {("product", "price_change"), ("activity", "cap_change")} < kinds
    first = min(path.name for path in batches.glob("product/dt=*"))
    assert len(list(batches.glob("product/dt=*"))) > 20
    assert (batches / "product" / first / "part-0.csv").read_bytes().count(b"\n") > 1_000


def test_parquet_holds_text_columns_only(tmp_path: Path) -> None:
    out = generate(tmp_path / "out", "--sends", 500, "--format", "parquet")
    for table, columns in TABLE_COLUMNS.items():
        schema = pq.read_schema(out / f"{table}.parquet")
        assert schema.names == list(columns)
        assert {str(kind) for kind in schema.types} == {"string"}
    assert not [row for row in dirty_manifest(out) if row["kind"].startswith(("line_", "file_"))]
    assert len(dirty_manifest(out)) > 100


# Shape ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sql(clean: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for table in TABLE_COLUMNS:
            connection.execute(
                f"create table {table} as from read_csv('{clean}/{table}.csv', all_varchar = true)"
            )
        connection.execute(
            "create view redeemed as select coupon_send.*, pay_time, use_id, pay_amount,"
            " coupon_use.consumer_id as payer from coupon_send join coupon_use using (send_id)"
            " where is_used = '是'"
        )
        yield connection


SHAPE = {
    "sends": ("select count(*) from coupon_send", 60_000, 60_000),
    "median of sends per consumer": (
        "select median(n) from (select count(*) as n from coupon_send group by consumer_id)",
        *(2, 2),
    ),
    "P99 of sends per consumer": (
        "select quantile_cont(n, 0.99) from"
        " (select count(*) as n from coupon_send group by consumer_id)",
        *(36, 44),
    ),
    "consumers who never redeem": (
        "select avg((n = 0)::int) from (select count(use_id) as n from coupon_send"
        " left join redeemed using (send_id) group by coupon_send.consumer_id)",
        *(0.35, 0.55),
    ),
    "consumers who redeem 10 times": (
        "select avg((n >= 10)::int) from (select count(use_id) as n from coupon_send"
        " left join redeemed using (send_id) group by coupon_send.consumer_id)",
        *(0.02, 0.04),
    ),
    "redemption": (
        "select count(distinct send_id) / 60000 from redeemed",
        *(0.15, 0.45),
    ),
    "least redemption of an agent": (
        "select min(r) from (select count(use_id) / count(*) as r, count(*) as n from coupon_send"
        " left join redeemed using (send_id) group by coupon_send.agent_id) where n > 500",
        *(0.15, 0.34),
    ),
    "paid on the next day": (
        "select avg((pay_time[:10] <> send_time[:10])::int) from redeemed",
        *(0.10, 0.15),
    ),
    "minutes to pay": (
        "select median(date_diff('second', send_time::timestamp, pay_time::timestamp)) / 60"
        " from redeemed",
        *(25, 40),
    ),
    "paid by another": ("select avg((payer <> consumer_id)::int) from redeemed", 0.01, 0.02),
    "second use": (
        "select avg((n > 1)::int) from (select count(*) as n from redeemed group by send_id)",
        *(0.02, 0.04),
    ),
    "unused rows": ("select count(*) / 60000 from coupon_use where is_used = '否'", 0.01, 0.04),
    "sent again within a day": (
        "select avg((send_time::timestamp - previous < interval 24 hour)::int) from (select"
        " send_time, lag(send_time::timestamp) over (partition by consumer_id order by send_time)"
        " as previous from coupon_send)",
        *(0.00001, 0.002),
    ),
    "median price": ("select median(price::double) from product", 100, 145),
    "P95 of prices": ("select quantile_cont(price::double, 0.95) from product", 700, 1_200),
    "agents": ("select count(*) from agent", 20, 60),
    "agents with a name of their own": (
        "select count(*) - count(distinct agent_name) from agent",
        *(1, 1),
    ),
    "fixed activities": ("select avg((activity_type = '固定')::int) from activity", 0.45, 0.75),
    "days of an activity": (
        "select median(date_diff('day', start_time::timestamp, end_time::timestamp) + 1)"
        " from activity",
        *(10, 18),
    ),
    "refunds": (
        "select count(*) / (select count(*) from redeemed) from refund",
        *(0.08, 0.15),
    ),
    "full refunds": (
        "select avg((refund_amount = pay_amount)::int) from refund join coupon_use using (use_id)",
        *(0.65, 0.75),
    ),
    "sessions that lead to a send": (
        "select (select count(session_id) from coupon_send) / count(*) from chat_session",
        *(0.2, 0.3),
    ),
    "sessions of another consumer": (
        "select count(*) from coupon_send join chat_session using (session_id)"
        " where coupon_send.consumer_id <> chat_session.consumer_id",
        *(0, 0),
    ),
    "orders without a coupon": (
        "select avg((use_id is null)::int) from shop_order left join coupon_use using (order_id)",
        *(0.2, 0.6),
    ),
    "uses without an order": (
        "select count(*) from redeemed join coupon_use using (use_id)"
        " left join shop_order using (order_id) where shop_order.order_id is null",
        *(0, 0),
    ),
    "24 hours": ("select avg((valid_hours = '24')::int) from coupon_send", 0.57, 0.63),
    "weekend": (
        "select avg(n) filter (d.dayofweek() in (0, 6)) / avg(n) filter (d.dayofweek() between 1"
        " and 5) from (select send_time[:10]::date as d, count(*) as n from coupon_send group by 1)"
        " where month(d) not in (6, 11, 12)",
        *(1.1, 1.3),
    ),
    "双11": (
        "select count(*) filter (send_time[:10] = '2025-11-11') * 17 / count(*) filter"
        " (send_time[:10] between '2025-11-13' and '2025-11-29') from coupon_send",
        *(4, 6),
    ),
    "peak hours": (
        "select avg((hour(send_time::timestamp) in (10, 11, 14, 15, 16, 20, 21, 22))::int)"
        " from coupon_send",
        *(0.5, 0.75),
    ),
    "first day": (
        "select date_diff('day', min(send_time)::date, date '2026-11-15') + 1 from coupon_send",
        400,
        420,
    ),
    "last day": ("select max(send_time)::date = date '2026-11-15' from coupon_send", True, True),
    "after the last day": (
        "select count(*) from coupon_use where pay_time > '2026-11-15 23:59:59'",
        *(0, 0),
    ),
}


@pytest.mark.parametrize("figure", SHAPE)
def test_shape(sql: duckdb.DuckDBPyConnection, figure: str) -> None:
    query, low, high = SHAPE[figure]
    (value,) = sql.execute(query).fetchone()
    assert low <= value <= high, f"{figure}: {value}"


def test_truth_is_what_redemption_was_drawn_from(clean: Path, sql: duckdb.DuckDBPyConnection):
    """The chance recomputed from the truth folder meets the redemption seen, in every fifth."""
    for name in ("consumer_propensity", "agent_skill", "activity_uplift", "redemption_model"):
        sql.execute(f"create table {name} as from read_csv('{clean}/truth/{name}.csv')")
    sql.execute(
        """
        create table price as
        select
            product_id,
            price::double as price,
            if(row_number() over one = 1, '', updated_at) as valid_from
        from product
        window one as (partition by product_id order by updated_at)
        """
    )
    fifths = sql.execute(
        """
        with term as (
            select
                max(value) filter (term = 'depth_slope') as slope,
                max(value) filter (term = 'depth_centre') as centre
            from redemption_model
        ), chance as (
            select
                send_id,
                1 / (1 + exp(-(
                    ln(propensity / (1 - propensity)) + skill_logit + uplift_logit
                    + slope * (discount_amount::double / price - centre)
                ))) as p,
                send_id in (select send_id from redeemed) as is_redeemed
            from coupon_send
            join consumer_propensity using (consumer_id)
            join agent_skill using (agent_id)
            join activity_uplift using (activity_id)
            asof join price
                on coupon_send.product_id = price.product_id
                and coupon_send.send_time >= price.valid_from
            cross join term
            where send_time < '2026-11-14'
        ), fifth as (select *, ntile(5) over (order by p, send_id) as part from chance)
        select avg(p), avg(is_redeemed::int), count(*) from fifth group by part order by part
        """
    ).fetchall()
    assert sum(count for _, _, count in fifths) > 50_000
    for expected, seen, count in fifths:
        assert seen == pytest.approx(expected, abs=4 * (0.25 / count) ** 0.5)


# The command line -----------------------------------------------------------------------------


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[object]:
    """`fails(*arguments)`: the one sentence on stderr of a call that must exit with 2."""
    handler = signal.getsignal(signal.SIGTERM)

    def call(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["generate_ods.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            generate_ods.main()
        shown = capsys.readouterr()
        assert stopped.value.code == 2
        assert shown.out == ""
        assert shown.err.count("\n") == 1 and shown.err.startswith("Error: "), shown.err
        return shown.err

    yield call
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--sends", "0"), ("--sends", "many"), ("--shops", "6"), ("--days", "7")),
        *(("--end-date", "2026-02-30"), ("--end-date", "1999-01-01"), ("--seed", "-1")),
        *(("--format", "xlsx"), ("--dirty-rate", "-0.1"), ("--dirty-rate", "nan")),
        ("--language", "xx_YY"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, fails, option: str, value: str) -> None:
    message = fails("--out", tmp_path / "out", option, value)
    assert option in message and value in message
    assert not (tmp_path / "out").exists()


def test_files_are_by_day_or_by_year(tmp_path: Path, fails) -> None:
    message = fails("--out", tmp_path / "out", "--batches", "--yearly")
    assert "--batches" in message and "--yearly" in message


def test_missing_out_is_named(fails) -> None:
    assert "--out" in fails("--sends", 10)


def test_a_full_folder_stays_without_force(tmp_path: Path, fails) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    assert "--force" in fails("--out", out, "--sends", 10)
    assert tree(out) == {"mine.txt": b"kept"}
    generate(out, "--sends", 10, "--force")
    assert "mine.txt" not in tree(out) and "coupon_send.csv" in tree(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_or_the_current_folder_is_never_replaced(tmp_path: Path, fails) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    assert "file" in fails("--out", tmp_path / "file", "--force")
    assert "current folder" in fails("--out", Path.cwd(), "--force")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_an_empty_folder_needs_no_force(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run("--out", tmp_path / "out", "--sends", 10)
    assert done.returncode == 0
    assert "%|" in done.stderr, "no progress bar"
    assert "%|" not in done.stdout and "coupon_send" in done.stdout


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_the_folder_as_it_was(tmp_path: Path, stop: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    arguments = ["--out", str(out), "--force", "--sends", "4000000"]
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell starts background jobs with SIGINT ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".out.*/new/coupon_send.csv")):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(stop)
        assert process.wait(timeout=30) != 0
    assert tree(tmp_path) == {"out/mine.txt": b"kept"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("sends", [1, 40])
def test_tiny_sets_have_all_files(tmp_path: Path, sends: int) -> None:
    out = generate(tmp_path / "out", "--sends", sends, "--days", 30, "--shops", 5)
    assert all((out / f"{table}.csv").stat().st_size > 0 for table in TABLE_COLUMNS)
    cleaning.clean(out, default_settings().business_timezone)


def test_names_in_another_language(tmp_path: Path) -> None:
    out = generate(tmp_path / "out", "--sends", 10, "--language", "en_US", "--dirty-rate", 0)
    names = "".join(row["product_name"] for row in rows_of(out, "product"))
    assert names.isascii()


@pytest.mark.soak
def test_large_sets_are_quick_and_flat_in_memory(tmp_path: Path) -> None:
    """CPU seconds, so that what else runs on the machine matters little."""
    options = ("--out", str(tmp_path / "out"), "--sends", "10000000")
    cost = measure([sys.executable, "scripts/generate_ods.py", *options])
    assert cost.peak_mib < 1024
    assert 10_000_000 / cost.cpu_seconds > 300_000
