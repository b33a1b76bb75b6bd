"""The oracle on cases small enough to compute by hand, so that it can be trusted as a judge."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conftest import Generate
from oracle import OdsError, Outcome, cleaning, evaluate, files, seeds, values
from oracle.exact import average_amount, rate
from oracle.figures import PERIODS, rows_by_key
from oracle.tables import TABLES
from oracle.values import UNREADABLE
from raw_files import csv_text, write_ods
from test_dirty_manifest import found_row, is_not_accepted, planted_row, read_dirty_manifest

SHANGHAI = "Asia/Shanghai"


@pytest.fixture(autouse=True)
def own_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds of these tests, so that a merchant's changes to the real ones break nothing here."""
    strategy = {
        "strategy_id": "X1",
        "segment_code": "high_value",
        "strategy_name": "n",
        "strategy_detail": "d",
        "tool_type": "t",
        "expected_effect": "e",
        "target_metric": "use_rate",
        "target_change": "5",
        "target_unit": "%",
        "target_window_days": "30",
    }
    accounts = {"consumer": frozenset({"TEST1"}), "agent": frozenset({"TEST2"})}
    monkeypatch.setattr(seeds, "test_accounts", accounts.__getitem__)
    monkeypatch.setattr(seeds, "strategies", lambda: [strategy])


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


# Lines and fields -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a,b", ["a", "b"]),
        ("a,", ["a", ""]),
        ("", [""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"a""b"', ['a"b']),
        ('""', [""]),
        ('"",""', ["", ""]),
        ('a"b,c', ['a"b', "c"]),
        (' "a",b', [' "a"', "b"]),
        ('="577",b', ['="577"', "b"]),
        ('"=""577""",b', ['="577"', "b"]),
        ('"a', None),
        ('"a""', None),
        ('"a"b,c', None),
        ('x,"a" ,c', None),
        ('"', None),
        ('"""', None),
        ('""""', ['"']),
    ],
)
def test_fields_of_a_line(line: str, fields: list[str] | None) -> None:
    assert files.split_fields(line) == fields


def test_lines_end_with_lf_crlf_or_cr() -> None:
    lines = list(files.physical_lines(b"a\r\nb\nc\n\ne"))
    assert lines == [(1, b"a"), (2, b"b"), (3, b"c"), (4, b""), (5, b"e")]
    assert list(files.physical_lines(b"a\rb\r\n")) == [(None, b"a"), (None, b"b")]


# Text to values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (None, None),
        ("  ", None),
        ("Null", None),
        ("N/A", None),
        ("--", None),
        ("'--'", None),
        ('="577"', "577"),
        ("'577", "577"),
        ("\t577\u3000\ufeff", "577"),
        ("C'1", "C'1"),
        ("'Unknown ", None),
        ("unknown1", "unknown1"),
        ("---", "---"),
        *((text, None) for text in (r"\N", "#N/A", "<NA>", "(null)", "[NULL]", "NaT", "\0")),
        ("NA", "NA"),
        ("2001.0", "2001"),
        ("'2001.00", "2001"),
        ("2001.5", "2001.5"),
        ("2001.", "2001."),
        ("C1.0", "C1.0"),
        ("999999999999999.0", "999999999999999"),
        ("8999999999999999.0", "8999999999999999"),
        ("9000000000000000.0", "9000000000000000.0"),
        ("\u200b2\u202a0\u00ad0\ufeff1\u200f", "2001"),
        ("２００１", "2001"),
        ("Ａｚ９．0", "Az9．0"),
        ("合计", None),
        ("总 计：", None),
        ("Grand Total:", None),
        ("totals", "totals"),
        ("大合计", "大合计"),
        ("Send_ID", None),
        ("use_id", "use_id"),
    ],
)
def test_ids(text: str | None, value: str | None) -> None:
    assert values.read_id(text, "send_id") == value


@pytest.mark.parametrize(
    "text",
    ["5.77E+12", "5e+1", "577E+012", "5.77E12", "1.9e18", "9000000000000000.0", "1" * 17 + ".00"],
)
def test_mangled_ids(text: str) -> None:
    assert values.is_mangled(text)


@pytest.mark.parametrize(
    "text", [None, "12E5", "5.77E-12", "C5E+12", ".5E+2", "5.E+2", "577", "2001.5", "2001.0"]
)
def test_ids_that_are_not_mangled(text: str | None) -> None:
    assert not values.is_mangled(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2025-01-17 23:58:01", at("2025-01-17 23:58:01")),
        ("2025/1/7 3:58", at("2025-01-07 03:58:00")),
        ("2025-1-7T03:58:59.999999999", at("2025-01-07 03:58:59")),
        ("2025-01-17", at("2025-01-17 00:00:00")),
        ("20250117235801", at("2025-01-17 23:58:01")),
        ("1737129481", at("2025-01-17 23:58:01")),
        ("1737129481999", at("2025-01-17 23:58:01")),
        ("2025-01-17T15:58:01Z", at("2025-01-17 23:58:01")),
        ("2025-01-17 15:58Z", at("2025-01-17 23:58:00")),
        ("2025-01-17T23:58:01+08:00", at("2025-01-17 23:58:01")),
        ("2025-01-17T10:58:01-05:00", at("2025-01-17 23:58:01")),
        ("1999-12-31T16:00:00Z", at("2000-01-01 00:00:00")),
        ("2024-02-29", at("2024-02-29 00:00:00")),
        ("\u30002025-01-17\u00a0", at("2025-01-17 00:00:00")),
        ("2099-12-31 23:59:59", at("2099-12-31 23:59:59")),
        ("2025-01-17 15:58:01 UTC", at("2025-01-17 23:58:01")),
        ("2025-01-17 15:58UTC", at("2025-01-17 23:58:00")),
        ("2025-01-17 23:58:01+08", at("2025-01-17 23:58:01")),
        ("2025-01-17T23:58:01+0800", at("2025-01-17 23:58:01")),
        ("2025-01-17 10:58:01 -05:00", at("2025-01-17 23:58:01")),
        ("2025-01-17 15:58:01 Z", at("2025-01-17 23:58:01")),
        ("2025-\u200b01-17", at("2025-01-17 00:00:00")),
        ("2025133100", at("2034-03-05 08:58:20")),
        ("0000-00-00", None),
        ("0000/00/00 00:00:00", None),
        ("0000-00-00T00:00:00.000Z", None),
        (" - ", None),
        ("", None),
    ],
)
def test_times(text: str, value: datetime | None) -> None:
    assert values.read_time(text, SHANGHAI) == value


@pytest.mark.parametrize(
    "text",
    [
        *("17/01/2025", "03/04/2025", "2025-02-30", "2025-01-17 24:00:00", "2025-01-17 23:59:60"),
        *("2025-01/17", "2025-01-17Z", "2025-01-17  10:00", "2025-01-17 10", "2025-01-17 10:0"),
        *("1999-12-31", "2100-01-01", "2099-12-31T16:00:00Z", "20250117", "202501172358"),
        *("173712948", "17371294811", "2025.01.17", "２０２５-01-17", "2025-01-17 10:00  Z"),
        *("2025-01-17t10:00", "2025-01-17 10:00z", "2025-01-17 10:00+8", "20251301000000"),
        *("2025-01-17 UTC", "2025-01-17 10:00 GMT", "2025-01-17 10:00+080", "2025-01-17 10:00+24"),
        *("2025011710", "2099123123", "2000010100", "0000-00-00 00:00:01", "9999-12-31"),
        *("2025-01-17 10:00:00.", "2025-01-17 10:00:00.1234567890", "2025年1月17日", "0000-01-01"),
        *("2025-01-17\u00a01:02", "2025-01-17T10:00:00+24:00", "2025-01-17T10:00:00-08:60"),
    ],
)
def test_times_that_cannot_be_read(text: str) -> None:
    assert values.read_time(text, SHANGHAI) is UNREADABLE


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31",
        "2100-01-01",
        "2099-12-31T16:00:00Z",
        "9999-12-31T23:59:59-08:00",
        "9999999999999",
    ],
)
def test_no_end(text: str) -> None:
    assert values.read_end(text, SHANGHAI) is values.NO_END
    assert values.read_end_date(text, SHANGHAI) == values.NO_END.date()


def test_ends() -> None:
    assert values.read_end("2099-12-31T15:59:59Z", SHANGHAI) == at("2099-12-31 23:59:59")
    assert values.read_end("0000-00-00", SHANGHAI) is None
    assert values.read_end("9999-12-32", SHANGHAI) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12.00"),
        ("￥1,299.00", "1299.00"),
        ("¥ 1 299", "1299.00"),
        ("12.5元", "12.50"),
        ("１，２９９．５０元", "1299.50"),
        ("12.500", "12.50"),
        ("012", "12.00"),
        ("999999999.99", "999999999.99"),
        ("58.99999999999999", "59.00"),
        ("279.00000000000006", "279.00"),
        ("12.5000009", "12.50"),
        ("12.3399990001", "12.34"),
        ("\u200b12.\u00ad5", "12.50"),
        ("0", "0.00"),
    ],
)
def test_amounts(text: str, value: str) -> None:
    assert str(values.read_amount(text)) == value


@pytest.mark.parametrize("text", [None, "", "-", "NaN", " n/a "])
def test_empty_amounts(text: str | None) -> None:
    assert values.read_amount(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "+5",
        "1e3",
        "12.345",
        "12.3449999",
        "12.500001",
        "12.339999",
        "12.3399990",
        "1,29",
        "12,99.00",
        "1,2999",
        "1000000000",
        "12.",
        ".5",
        "¥¥5",
        "5元元",
        "5 yuan",
        "1.2.3",
        "abc",
        "5¥",
        "¥",
        "元",
        "- -",
        "n / a",
        "0.001",
        "inf",
        "¥",
        "元",
        "n / a",
    ],
)
def test_amounts_that_cannot_be_read(text: str) -> None:
    assert values.read_amount(text) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "value"),
    [("24", 24), ("024", 24), ("24.0", 24), (" 1 ", 1), ("", None), ("9999", 9999)],
)
def test_hours(text: str, value: int | None) -> None:
    assert values.read_hours(text) == value


@pytest.mark.parametrize("text", ["24.5", "-1", "00024", "24h", "２４", "1e1"])
def test_hours_that_cannot_be_read(text: str) -> None:
    assert values.read_hours(text) is UNREADABLE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("是", True),
        ("Y", True),
        ("tRUE", True),
        ("否", False),
        ("0", False),
        ("NO", False),
        ("", None),
        ("none", None),
        ("使用", UNREADABLE),
        ("2", UNREADABLE),
        ("1.0", True),
        ("0.0", False),
        ("1.00", UNREADABLE),
    ],
)
def test_flags(text: str, value: object) -> None:
    assert values.read_flag(text) is value


def test_quotients_round_half_up() -> None:
    assert rate(1, 3) == Decimal("0.333333")
    assert rate(2, 3) == Decimal("0.666667")
    assert rate(Decimal("0.01"), 20000) == Decimal("0.000001")  # 0.0000005
    assert average_amount(Decimal("0.01"), 2) == Decimal("0.01")
    assert rate(1, 0) is None


# Reasons --------------------------------------------------------------------------------------


def judged(folder: Path, **tables: Any) -> Outcome:
    return evaluate(write_ods(folder, **tables))


def verdict(outcome: Outcome, table: str) -> list[tuple[str, str]]:
    return [(row.outcome, row.reason) for row in outcome.rows if row.table.name == table]


def reason(folder: Path, table: str, **change: str) -> str:
    """The reason that a valid row gets by one change; the other tables hold one valid row each."""
    return verdict(judged(folder, **{table: [change]}), table)[0][1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"send_id": " null "}, "missing_key"),
        ({"session_id": "5.77E+12"}, "mangled_id"),
        ({"consumer_id": "1E+9", "send_time": "x"}, "mangled_id"),
        ({"send_time": "03/04/2025", "discount_amount": "x"}, "bad_time"),
        ({"send_time": "-"}, "bad_time"),
        ({"discount_amount": "1e9"}, "bad_amount"),
        ({"discount_amount": ""}, "bad_amount"),
        ({"consumer_id": "TEST1"}, "test_account"),
        ({"agent_id": "TEST2", "discount_amount": "5000"}, "test_account"),
        ({"discount_amount": "5000"}, "unit_suspect"),  # 50 × 100
        ({"discount_amount": "4999.99"}, "discount_out_of_rule"),  # above the price
        ({"discount_amount": "100"}, "discount_out_of_rule"),
        ({"discount_amount": "99.99"}, ""),
        ({"discount_amount": "0"}, "discount_out_of_rule"),
        ({"discount_amount": "5000", "product_id": "P404"}, ""),
        ({"discount_amount": "5000.01", "product_id": ""}, "discount_out_of_rule"),
        ({"valid_hours": "0"}, "validity_out_of_rule"),
        ({"valid_hours": "25"}, "validity_out_of_rule"),
        ({"valid_hours": "x", "discount_amount": "0"}, "discount_out_of_rule"),
        ({"valid_hours": ""}, "validity_out_of_rule"),
        ({"activity_id": "A404", "agent_id": "", "product_id": "-", "consumer_id": ""}, ""),
    ],
)
def test_reasons_of_sends(tmp_path: Path, change: dict[str, str], expected: str) -> None:
    assert reason(tmp_path, "coupon_send", **change) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"use_id": '=""'}, "missing_key"),
        ({"order_id": "5E+12"}, "mangled_id"),
        ({"pay_time": ""}, "bad_time"),
        ({"pay_time": "", "is_used": "否"}, ""),
        ({"pay_time": "x", "is_used": "否"}, "bad_time"),
        ({"pay_time": "", "is_used": "maybe"}, "bad_flag"),
        ({"pay_amount": ""}, "bad_amount"),
        ({"pay_amount": "", "discount_amount": "", "is_used": "0"}, ""),
        ({"pay_amount": "-1", "is_used": "0"}, "bad_amount"),
        ({"discount_amount": ""}, "bad_amount"),
        ({"is_used": ""}, "bad_flag"),
        ({"consumer_id": "TEST1"}, "test_account"),
        ({"pay_amount": "0.01"}, "test_account"),
        ({"pay_amount": "5000"}, "unit_suspect"),
        ({"pay_amount": "4999.99"}, ""),
        ({"discount_amount": "5000"}, "unit_suspect"),
        ({"discount_amount": "0"}, "discount_out_of_rule"),
        ({"discount_amount": "0", "is_used": "n"}, ""),
        ({"send_id": ""}, "orphan_use"),
        ({"send_id": "SD404"}, "orphan_use"),
        ({"pay_time": "2025-03-10 09:59:59"}, "use_before_send"),
        ({"pay_time": "2025-03-10 09:59:59", "is_used": "否"}, "use_before_send"),
        ({"pay_time": "2025-03-10 10:00:00"}, ""),
    ],
)
def test_reasons_of_uses(tmp_path: Path, change: dict[str, str], expected: str) -> None:
    assert reason(tmp_path, "coupon_use", **change) == expected


@pytest.mark.parametrize(
    ("table", "change", "expected"),
    [
        ("activity", {"start_time": ""}, "bad_time"),
        ("activity", {"updated_at": ""}, ""),
        ("activity", {"updated_at": "x"}, "bad_time"),
        ("activity", {"status": "完成"}, "bad_flag"),
        ("activity", {"is_stackable": ""}, "bad_flag"),
        ("activity", {"discount_amount": "5000.01"}, "discount_out_of_rule"),
        ("activity", {"shop_id": "1E+3"}, "mangled_id"),
        ("product", {"price": ""}, "bad_amount"),
        ("product", {"price": "0"}, ""),
        ("product", {"cost": "x"}, "bad_amount"),
        ("product", {"cost": ""}, ""),
        ("agent", {"hire_date": "x"}, "bad_time"),
        ("agent", {"hire_date": ""}, ""),
        ("agent", {"agent_id": "TEST2"}, "test_account"),
        ("agent", {"agent_id": "TEST1"}, ""),
    ],
)
def test_reasons_of_dimensions(
    tmp_path: Path, table: str, change: dict[str, str], expected: str
) -> None:
    assert reason(tmp_path, table, **change) == expected


def test_cap_of_a_custom_activity(tmp_path: Path) -> None:
    outcome = judged(
        tmp_path,
        activity=[{"activity_type": "自定义", "discount_amount": "30"}],
        coupon_send=[{"discount_amount": "30"}, {"send_id": "SD2", "discount_amount": "30.01"}],
    )
    assert verdict(outcome, "coupon_send") == [
        ("accepted", ""),
        ("rejected", "discount_out_of_rule"),
    ]


def starts_of(outcome_rows: list[tuple[str, str, str]]) -> list[tuple[datetime, str]]:
    """When each version of one product begins, and its price; rows are batch, updated_at, price."""
    rows = [
        cleaning.Row(
            TABLES["product"],
            *("f.csv", number, batch, {"price": price}),
            {"product_id": "P1", "price": price, "updated_at": at(time) if time else None},
            frozenset(),
        )
        for number, (batch, time, price) in enumerate(outcome_rows)
    ]
    history = cleaning.histories(rows)["P1"]
    return [(s, row["price"]) for s, row in zip(history.starts, history.rows, strict=True)]


JAN, FEB = "2025-01-01 09:00:00", "2025-02-01 09:00:00"


@pytest.mark.parametrize(
    ("rows", "versions"),
    [
        ([("", JAN, "1"), ("", FEB, "2")], [(at(JAN), "1"), (at(FEB), "2")]),
        ([("", FEB, "2"), ("", JAN, "1")], [(at(JAN), "1"), (at(FEB), "2")]),
        ([("", "", "1"), ("", JAN, "2")], [(datetime.min, "1"), (at(JAN), "2")]),
        ([("", JAN, "1"), ("", JAN, "2")], [(at(JAN), "2")]),
        (
            [("2025-03-01", "", "2"), ("2025-04-01", "", "1")],
            [(datetime(2025, 3, 1), "2"), (datetime(2025, 4, 1), "1")],
        ),
        (
            [("2025-03-01", JAN, "2"), ("2025-04-01", JAN, "1")],
            [(at(JAN), "2"), (datetime(2025, 4, 1), "1")],
        ),
        ([("2025-01-01", FEB, "2"), ("2025-01-02", FEB, "1")], [(at(FEB), "1")]),
        ([("2025-03-01", FEB, "2"), ("2025-04-01", JAN, "1")], [(at(JAN), "1")]),
        (
            [("2025-03-01", JAN, "1"), ("2025-04-01", FEB, "2"), ("2025-04-01", JAN, "1")],
            [(at(JAN), "1"), (at(FEB), "2")],
        ),
        ([("", "", "2"), ("2025-02-30", "", "1")], [(datetime.min, "1")]),
    ],
    ids=[
        "by updated_at",
        "in any order",
        "one without updated_at",
        "at once: the greatest text",
        "by batch",
        "by batch where updated_at was not renewed",
        "no batch before its own updated_at",
        "the newest batch corrects what begins later",
        "a batch with the whole history",
        "a batch that is no day",
    ],
)
def test_versions(rows: list[tuple[str, str, str]], versions: list[tuple[datetime, str]]) -> None:
    assert starts_of(rows) == versions


@pytest.mark.parametrize(
    ("send_time", "discount", "expected"),
    [
        ("2024-01-01 00:00:00", "99.99", ""),
        ("2025-03-10 08:59:59", "20", ""),
        ("2025-03-10 08:59:59", "100", "discount_out_of_rule"),
        ("2025-03-10 09:00:00", "20", "discount_out_of_rule"),
        ("2025-03-10 09:00:00", "19.89", ""),
        ("2025-03-10 09:00:00", "995", "unit_suspect"),
    ],
)
def test_price_at_send_time(tmp_path: Path, send_time: str, discount: str, expected: str) -> None:
    products = [{}, {"price": "19.90", "updated_at": "2025-03-10 09:00:00"}]
    change = {"send_time": send_time, "discount_amount": discount}
    outcome = judged(tmp_path, product=products, coupon_send=[change])
    assert verdict(outcome, "coupon_send")[0][1] == expected


def test_cap_and_type_at_send_time(tmp_path: Path) -> None:
    activities = [
        {"updated_at": "2025-03-01"},
        {"updated_at": "2025-03-10", "activity_type": "自定义", "discount_amount": "30"},
        {"updated_at": "2025-03-20", "activity_type": "自定义", "discount_amount": "10"},
    ]
    sends = [
        {"send_id": f"SD{day}{amount}", "send_time": f"2025-03-{day}", "discount_amount": amount}
        for day, amount in [("09", "40"), ("10", "40"), ("10", "30"), ("20", "30"), ("20", "10")]
    ]
    outcome = judged(tmp_path, activity=activities, coupon_send=sends)
    assert [reason for _, reason in verdict(outcome, "coupon_send")] == [
        *("", "discount_out_of_rule", "", "discount_out_of_rule", "")
    ]


def test_price_of_a_use_is_that_of_its_send(tmp_path: Path) -> None:
    """Paid after the price was cut from 100 to 1: 80 is no amount in fen of a product of 100."""
    products = [{}, {"price": "1", "updated_at": "2025-03-10 10:30:00"}]
    outcome = judged(tmp_path, product=products)
    assert verdict(outcome, "coupon_use") == [("accepted", "")]


def test_use_of_a_rejected_send_is_no_orphan(tmp_path: Path) -> None:
    outcome = judged(tmp_path, coupon_send=[{"valid_hours": "72"}])
    assert verdict(outcome, "coupon_use") == [("accepted", "")]
    assert [use.invalid_reason for use in outcome.facts.uses] == ["send_rejected"]


def test_duplicates(tmp_path: Path) -> None:
    outcome = judged(
        tmp_path,
        product=[
            {"product_name": "a"},
            {"product_name": "b", "updated_at": "2025-01-02"},
            {"product_name": "b", "updated_at": "2025-01-02"},
            {"product_name": "c", "updated_at": ""},
            {"product_name": "z", "updated_at": "2025-01-03", "price": "x"},
            {"product_id": "P2"},
        ],
    )
    assert sorted(verdict(outcome, "product")) == sorted(
        [("accepted", "")] * 2
        + [("duplicate", "identical")]
        + [("duplicate", "superseded")] * 2
        + [("rejected", "bad_amount")]
    )


def test_newest_batch_stays(tmp_path: Path) -> None:
    write_ods(tmp_path, coupon_send=None)
    columns = ("send_id", "activity_id", "agent_id", "consumer_id", "product_id")
    columns += ("send_time", "discount_amount", "valid_hours")
    line = {"send_id": "SD1", "send_time": "2025-03-10", "valid_hours": "1"}
    for batch, amount in (("dt=2025-03-10", "9"), ("dt=2025-03-11", "1")):
        path = tmp_path / "coupon_send" / batch / "part.csv"
        path.parent.mkdir(parents=True)
        path.write_text(csv_text(columns, [line | {"discount_amount": amount}]), encoding="utf-8")
    (send,) = evaluate(tmp_path).facts.sends
    assert send.discount_amount == 1


# Facts ----------------------------------------------------------------------------------------


def consumer(outcome: Outcome) -> tuple[str, str, str]:
    (send,) = outcome.facts.sends
    return send.consumer_id, send.consumer_id_source, send.known_consumer_id


def test_consumer_of_a_send(tmp_path: Path) -> None:
    nobody = [{"consumer_id": "", "session_id": "H1"}]
    assert consumer(judged(tmp_path / "own")) == ("C1", "send", "C1")
    uses = [{"consumer_id": "C3", "use_id": "U3"}, {"consumer_id": "C2", "use_id": "U2"}]
    uses += [{"consumer_id": "C0", "use_id": "U0", "is_used": "否"}]
    used = judged(tmp_path / "use", coupon_send=nobody, coupon_use=uses, chat_session=[{}])
    assert consumer(used) == ("C2", "use", "C2")
    no_name = [{"consumer_id": "-"}]
    session = judged(tmp_path / "s", coupon_send=nobody, coupon_use=no_name, chat_session=[{}])
    assert consumer(session) == ("C9", "session", "C9")
    for bad in ("5E+12", "TEST1", ""):
        lent = [{"consumer_id": bad}]
        folder = tmp_path / f"x{bad}"
        outcome = judged(folder, coupon_send=nobody, coupon_use=no_name, chat_session=lent)
        assert consumer(outcome) == ("unknown", "unknown", "unknown")


def test_chat_sessions_are_judged_by_their_ids(tmp_path: Path) -> None:
    outcome = judged(
        tmp_path,
        coupon_send=[{"consumer_id": "", "session_id": "H1"}],
        coupon_use=[{"consumer_id": ""}],
        chat_session=[
            {"consumer_id": "C2", "first_reply_seconds": "x"},
            {"consumer_id": "C1"},
            {"consumer_id": "TEST1"},
            {"session_id": "-"},
            {"session_id": "H2", "agent_id": "5E+12"},
        ],
    )
    assert sorted(verdict(outcome, "chat_session")) == [
        ("accepted", ""),
        ("duplicate", "superseded"),
        ("rejected", "mangled_id"),
        ("rejected", "missing_key"),
        ("rejected", "test_account"),
    ]
    assert consumer(outcome) == ("C2", "session", "C2")


def test_consumer_is_known_from_the_pay_day(tmp_path: Path) -> None:
    write_ods(
        tmp_path,
        coupon_send=[{"consumer_id": "", "session_id": "H1"}],
        coupon_use=[{"pay_time": "2025-03-11 09:00"}],
        chat_session=[{}],
    )
    early = evaluate(tmp_path, {"as_of_date": "2025-03-10"})
    assert consumer(early) == ("C1", "use", "C9")
    assert consumer(evaluate(tmp_path)) == ("C1", "use", "C1")


@pytest.mark.parametrize(
    ("pay_time", "expected"),
    [("2025-03-11 10:00:00", None), ("2025-03-11 10:00:01", "expired")],
)
def test_validity_ends_with_its_last_second(
    tmp_path: Path, pay_time: str, expected: str | None
) -> None:
    (use,) = judged(tmp_path, coupon_use=[{"pay_time": pay_time}]).facts.uses
    assert use.invalid_reason == expected


def test_shop_and_flags(tmp_path: Path) -> None:
    outcome = judged(
        tmp_path,
        activity=[{"shop_id": "", "end_time": "2025-03-10 10:00:00"}],
        agent=[{"shop_id": "S7", "leave_date": "2025-03-10"}],
        coupon_send=[
            {},
            {"send_id": "SD2", "send_time": "2025-03-11", "activity_id": "A404"},
            {"send_id": "SD3", "send_time": "2025-03-10 10:00:01", "agent_id": "?"},
        ],
    )
    flags = {
        send.send_id: (send.shop_id, send.is_outside_activity, send.is_after_agent_left)
        for send in outcome.facts.sends
    }
    assert flags == {
        "SD1": ("S7", False, False),
        "SD2": ("S7", False, True),
        "SD3": ("S1", True, False),
    }


# Figures --------------------------------------------------------------------------------------


def test_cross_period_rule(tmp_path: Path) -> None:
    """Sent on the 17th, paid on the 18th: the use counts on the 18th, with no send beside it."""
    outcome = judged(
        tmp_path,
        coupon_send=[{"send_time": "2025-03-17 20:00"}],
        coupon_use=[{"pay_time": "2025-03-18 09:00"}],
    )
    overview = rows_by_key("ads_overview_non_layered", outcome.tables["ads_overview_non_layered"])
    assert outcome.facts.as_of_date == date(2025, 3, 18)
    day, week = overview[("1d",)], overview[("7d",)]
    assert (day["send_count"], day["use_count"], day["use_rate"]) == (0, 1, None)
    assert (day["consumer_count"], day["paying_consumer_count"]) == (0, 1)
    assert (day["cohort_use_rate"], day["is_mature"]) == (None, True)
    assert (week["send_count"], week["use_rate"], week["roi"]) == (1, 1, 4)
    trend = rows_by_key("ads_trend", outcome.tables["ads_trend"])
    assert trend[(date(2025, 3, 17), "1d")]["cohort_use_rate"] == 1
    assert trend[(date(2025, 3, 17), "1d")]["use_count"] == 0
    assert trend[(date(2025, 3, 18), "1d")]["is_full_window"] is True
    assert trend[(date(2025, 3, 18), "7d")]["is_full_window"] is False


def test_maturity(tmp_path: Path) -> None:
    """A coupon that expires at midnight may still be used at that second, which is tomorrow's."""
    for hours, is_mature in (("14", False), ("13", True)):
        outcome = judged(tmp_path / hours, coupon_send=[{"valid_hours": hours}])
        assert outcome.tables["ads_overview_non_layered"][0]["is_mature"] is is_mature


def rfm_case(folder: Path, pay_days: list[str], amount: str, as_of: str) -> dict[str, Any]:
    """The segment row of C1 who paid `amount` on each of the days."""
    sends = [
        {"send_id": f"SD{i}", "send_time": f"{day} 08:00", "product_id": "P404"}
        for i, day in enumerate(pay_days)
    ]
    uses = [
        {"use_id": f"U{i}", "send_id": f"SD{i}", "pay_time": f"{day} 09:00", "pay_amount": amount}
        for i, day in enumerate(pay_days)
    ]
    write_ods(folder, coupon_send=sends, coupon_use=uses)
    (row,) = evaluate(folder, {"as_of_date": as_of}).tables["ads_consumer_segment"]
    return row


@pytest.mark.parametrize(
    ("as_of", "recency_days", "score", "lifecycle"),
    [
        ("2025-03-10", 0, 5, "活跃"),
        ("2025-03-17", 7, 5, "活跃"),
        ("2025-03-18", 8, 4, "活跃"),
        ("2025-04-09", 30, 4, "活跃"),
        ("2025-04-10", 31, 3, "沉睡"),
        ("2025-06-08", 90, 3, "沉睡"),
        ("2025-06-09", 91, 2, "沉睡"),
        ("2025-09-06", 180, 2, "沉睡"),
        ("2025-09-07", 181, 1, "久未核销"),
    ],
)
def test_recency(tmp_path: Path, as_of: str, recency_days: int, score: int, lifecycle: str) -> None:
    row = rfm_case(tmp_path, ["2025-03-10"], "50", as_of)
    assert (row["recency_days"], row["r_score"], row["lifecycle"]) == (
        recency_days,
        score,
        lifecycle,
    )


@pytest.mark.parametrize(
    ("count", "score"), [(1, 2), (2, 2), (3, 3), (4, 3), (5, 4), (9, 4), (10, 5)]
)
def test_frequency(tmp_path: Path, count: int, score: int) -> None:
    days = [f"2025-03-{10 + i}" for i in range(count)]
    row = rfm_case(tmp_path, days, "1", "2025-03-31")
    assert (row["frequency"], row["f_score"]) == (count, score)


@pytest.mark.parametrize(
    ("amount", "score"),
    [
        ("99.99", 1),
        ("100", 2),
        ("999.99", 2),
        ("1000", 3),
        ("4999.99", 3),
        ("5000", 4),
        ("9999.50", 4),
        ("9999.99", 4),
        ("10000", 5),
    ],
)
def test_monetary(tmp_path: Path, amount: str, score: int) -> None:
    row = rfm_case(tmp_path, ["2025-03-10"], amount, "2025-03-10")
    assert (row["monetary"], row["m_score"]) == (Decimal(amount), score)


def test_statistical_period(tmp_path: Path) -> None:
    """365 days ending at as_of_date: the 365th day before it is out, for F and M but not for R."""
    inside = rfm_case(tmp_path / "in", ["2025-03-10"], "100", "2026-03-09")
    outside = rfm_case(tmp_path / "out", ["2025-03-10"], "100", "2026-03-10")
    assert (inside["recency_days"], inside["frequency"], inside["monetary"]) == (364, 1, 100)
    assert (outside["recency_days"], outside["frequency"], outside["monetary"]) == (365, 0, 0)


def test_segments_and_sub_levels(tmp_path: Path) -> None:
    row = rfm_case(tmp_path / "a", ["2025-03-10"], "5000", "2025-03-10")
    assert (row["rfm_total"], row["user_level"], row["user_sub_level"]) == (
        11,
        "潜力用户",
        "高额低频",
    )
    days = [f"2025-03-{10 + i}" for i in range(10)]
    row = rfm_case(tmp_path / "b", days, "1", "2025-03-19")
    assert (row["rfm_total"], row["user_sub_level"]) == (11, "低额高频")
    row = rfm_case(tmp_path / "c", days, "1000", "2025-03-19")
    assert (row["rfm_total"], row["user_level"], row["user_sub_level"]) == (15, "高价值用户", None)
    row = rfm_case(tmp_path / "d", ["2025-03-10"], "100", "2025-03-10")
    assert (row["rfm_total"], row["user_level"], row["user_sub_level"]) == (9, "潜力用户", "均衡")
    row = rfm_case(tmp_path / "e", ["2025-03-10"], "99.99", "2025-03-10")
    assert (row["rfm_total"], row["user_level"], row["user_sub_level"]) == (8, "一般用户", None)
    row = rfm_case(tmp_path / "f", ["2025-03-10"], "99.99", "2025-09-06")
    assert (row["rfm_total"], row["user_level"]) == (5, "流失用户")


def test_level_at_send_is_that_of_the_day_before(tmp_path: Path) -> None:
    write_ods(
        tmp_path,
        coupon_send=[
            {"send_id": "SD1", "send_time": "2025-03-10 08:00"},
            {"send_id": "SD2", "send_time": "2025-03-10 12:00"},
            {"send_id": "SD3", "send_time": "2025-03-11 00:00"},
            {"send_id": "SD4", "send_time": "2025-03-11 00:00", "consumer_id": ""},
        ],
        coupon_use=[{"pay_time": "2025-03-10 09:00", "pay_amount": "100"}],
    )
    tables = evaluate(tmp_path).tables
    sent = {row["user_level"]: row["send_count"] for row in layer_rows(tables, "all")}
    assert sent == {"高价值用户": 0, "潜力用户": 1, "一般用户": 0, "流失用户": 2, "未知用户": 1}
    used = {row["user_level"]: row["use_count"] for row in layer_rows(tables, "all")}
    assert used["流失用户"] == 1
    current = evaluate(tmp_path, {"segment_basis": "current"}).tables
    sent = {row["user_level"]: row["send_count"] for row in layer_rows(current, "all")}
    assert sent == {"高价值用户": 0, "潜力用户": 3, "一般用户": 0, "流失用户": 0, "未知用户": 1}


def layer_rows(tables: dict[str, Any], period: str) -> list[dict[str, Any]]:
    return [row for row in tables["ads_overview_layered"] if row["period"] == period]


def test_migration(tmp_path: Path) -> None:
    write_ods(
        tmp_path,
        coupon_send=[
            {"send_id": "SD1", "send_time": "2025-03-10 08:00", "consumer_id": "C1"},
            {"send_id": "SD2", "send_time": "2025-03-11 08:00", "consumer_id": "C2"},
            {"send_id": "SD3", "send_time": "2025-03-17 08:00", "consumer_id": "C1"},
        ],
        coupon_use=[{"send_id": "SD3", "consumer_id": "C4", "pay_time": "2025-03-17 08:01"}],
    )
    moves = {
        (row["from_level"], row["to_level"]): (row["consumer_count"], row["share_of_from"])
        for row in evaluate(tmp_path).tables["ads_segment_migration"]
    }
    assert moves == {
        ("流失用户", "流失用户"): (1, 1),
        ("新用户", "流失用户"): (1, Decimal("0.500000")),
        ("新用户", "一般用户"): (1, Decimal("0.500000")),
    }


def test_ranks_are_dense_with_nothing_last(tmp_path: Path) -> None:
    sends = [
        {"send_id": f"SD{i}", "activity_id": activity, "send_time": "2025-03-10 10:00"}
        for i, activity in enumerate(["A1", "A1", "A2", "A2", "A3", "A3", "A4"])
    ]
    activities = [{"activity_id": f"A{i}"} for i in (1, 2, 3, 4)]
    uses = [{"use_id": f"U{i}", "send_id": f"SD{i}"} for i in (0, 2, 6)]
    write_ods(tmp_path, activity=activities, coupon_send=sends, coupon_use=uses)
    rows = evaluate(tmp_path, {"min_sends_to_rank": 2}).tables["ads_activity_effect"]
    ranks = {
        row["activity_id"]: (row["roi_rank"], row["use_rate_rank"], row["pay_amount_rank"])
        for row in rows
        if row["period"] == "all"
    }
    assert ranks == {"A1": (1, 1, 1), "A2": (1, 1, 1), "A3": (2, 2, 2), "A4": (None, None, None)}


def test_data_quality(tmp_path: Path) -> None:
    write_ods(tmp_path, product=[{}, {}, {"product_id": ""}, {"product_id": "P2", "price": "x"}])
    with (tmp_path / "product.csv").open("ab") as file:
        file.write(b"\xff\n\n  \nP9,too few\n")
    outcome = evaluate(tmp_path)
    rows = rows_by_key("ads_data_quality", outcome.tables["ads_data_quality"])
    product = {key[1:]: row for key, row in rows.items() if key[0] == "product"}
    assert {key: (row["row_count"], row["amount_at_stake"]) for key, row in product.items()} == {
        ("accepted", ""): (1, 100),
        ("duplicate", "identical"): (1, 100),
        ("rejected", "missing_key"): (1, 100),
        ("rejected", "bad_amount"): (1, None),
        ("unreadable", "unreadable"): (2, None),
    }
    assert rows["refund", "accepted", ""]["note"] == "文件不存在"
    assert rows["refund", "accepted", ""]["row_count"] == 0
    assert [row.source_line for row in outcome.rows if row.outcome == "unreadable"] == [6, 9]


# Files ----------------------------------------------------------------------------------------


def test_header_decides(tmp_path: Path) -> None:
    write_ods(tmp_path)
    text = '\ufeff"leave_date",x, agent_id\t,agent_name,shop_id,shop_name,hire_date,updated_at\r\n'
    text += ",1,G1,小王,S5,五号店,,\r\n"
    (tmp_path / "agent.csv").write_bytes(text.encode())
    outcome = evaluate(tmp_path)
    (row,) = [r for r in outcome.tables["ads_agent_performance"] if r["period"] == "all"]
    assert (row["agent_id"], row["shop_name"]) == ("G1", "五号店")
    notes = {r["source_table"]: r["note"] for r in outcome.tables["ads_data_quality"] if r["note"]}
    assert notes["agent"] == "忽略的列: x"


@pytest.mark.parametrize(
    ("content", "part"),
    [("", "agent.csv"), ("agent_id,agent_id\n", "agent_id"), ("agent_id\n", "agent_name")],
)
def test_files_that_stop_the_build(tmp_path: Path, content: str, part: str) -> None:
    write_ods(tmp_path)
    (tmp_path / "agent.csv").write_text(content, encoding="utf-8")
    with pytest.raises(OdsError, match=part):
        evaluate(tmp_path)


def test_a_table_given_twice_stops_the_build(tmp_path: Path) -> None:
    write_ods(tmp_path)
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "a.csv").write_bytes((tmp_path / "agent.csv").read_bytes())
    with pytest.raises(OdsError, match="agent"):
        evaluate(tmp_path)


def test_no_event_at_all(tmp_path: Path) -> None:
    tables = judged(tmp_path, coupon_send=[], coupon_use=[]).tables
    assert [row["send_count"] for row in tables["ads_overview_non_layered"]] == [0] * 4
    assert len(tables["ads_overview_layered"]) == 16
    assert tables["ads_trend"] == tables["ads_coupon_cube"] == []


# Generated data -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generated(generate: Generate) -> Path:
    return generate(seed=12, sends=5_000, dirty_rate=1)


@pytest.fixture
def real_seeds(monkeypatch: pytest.MonkeyPatch, own_seeds: None) -> None:
    monkeypatch.undo()


@pytest.mark.parametrize(
    "variables", [{}, {"segment_basis": "current"}], ids=["at_send", "current"]
)
def test_identities(generated: Path, real_seeds: None, variables: dict[str, Any]) -> None:
    """The identities of the output contract hold between tables that are computed apart."""
    outcome = evaluate(generated, variables)
    tables, as_of_date = outcome.tables, outcome.facts.as_of_date
    effects = ("ads_overview_layered", "ads_activity_effect", "ads_activity_layered")
    effects += ("ads_agent_performance", "ads_agent_layered", "ads_product_effect")
    for period, days in PERIODS.items():
        (overview,) = [r for r in tables["ads_overview_non_layered"] if r["period"] == period]
        for table in effects:
            rows = [row for row in tables[table] if row["period"] == period]
            assert sums(rows) == sums([overview]), (table, period)
        first = as_of_date - timedelta(days=days - 1) if days else date.min
        cube = [row for row in tables["ads_coupon_cube"] if row["stat_date"] >= first]
        assert sums(cube) == sums([overview]), ("ads_coupon_cube", period)
        if days is not None:
            trend = rows_by_key("ads_trend", tables["ads_trend"])[as_of_date, period]
            assert {c: trend[c] for c in trend if c in overview}.items() <= overview.items()
    consumers = len(tables["ads_consumer_segment"])
    assert total(tables["ads_segment_profile"], "consumer_count") == consumers
    assert total(tables["ads_segment_migration"], "consumer_count") == consumers
    assert total(tables["ads_data_quality"], "row_count") == len(outcome.rows)


def sums(rows: list[dict[str, Any]]) -> list[Any]:
    columns = ("send_count", "use_count", "send_discount_amount", "discount_amount", "pay_amount")
    return [total(rows, column) for column in columns]


def total(rows: list[dict[str, Any]], column: str) -> Any:
    return sum(row[column] for row in rows)


def test_uses_of_a_day_come_from_sends_of_it_and_the_day_before(
    generated: Path, real_seeds: None
) -> None:
    for use in evaluate(generated).facts.counted_uses():
        assert use.day - use.send.day in (timedelta(0), timedelta(days=1))


def test_oracle_meets_the_dirty_manifest(generated: Path, real_seeds: None) -> None:
    planted = Counter(
        planted_row(row) for row in read_dirty_manifest(generated) if is_not_accepted(row)
    )
    found = Counter(
        found_row(
            {
                "source_table": row.table.name,
                "source_file": row.source_file,
                "source_line": row.source_line,
                "row_key": row.key,
                "outcome": row.outcome,
                "reason": row.reason,
            }
        )
        for row in evaluate(generated).rows
        if row.outcome != "accepted"
    )
    assert found == planted
