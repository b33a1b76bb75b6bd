"""The warehouse equals the oracle in every cell of every ads table."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from comparison import compare_warehouse
from conftest import SAMPLE, Build, Generate
from oracle import evaluate
from oracle.tables import TABLES
from project import Run
from raw_files import write_ods

DEFAULT_SENDS = 5_000
SOAK_SENDS = 20_000
CLEAN = 0
DIRTY = 1
CUSTOM_VARS = {
    "rfm_thresholds": {
        "recency": [3, 14, 45, 120],
        "frequency": [6, 4, 2, 1],
        "monetary": [3000, 999.99, 300, 0.02],
    },
    "rfm_levels": {
        "high_value": {"name": "VIP", "min_total": 12},
        "potential": {"name": "潜力用户", "min_total": 10},
        "general": {"name": "一般用户", "min_total": 5},
        "lost": {"name": "流失用户", "min_total": 3},
    },
    "rfm_window_days": 200,
    "migration_days": 30,
    "min_sends_to_rank": 0,
}


def past_date(ods_path: Path, days: int) -> str:
    """A day before the last event day of a folder."""
    return str(evaluate(ods_path).facts.as_of_date - timedelta(days=days))


def check(run: Run, ods_path: Path, variables: dict[str, Any]) -> int:
    """Compare a warehouse with the oracle; return how many cells were compared."""
    compared = compare_warehouse(run, evaluate(ods_path, variables))
    compared.require_equality()
    return compared.cell_count


def test_sample(build: Build) -> None:
    check(build(SAMPLE, with_checks=True), SAMPLE, {})


def test_clean_data(generate: Generate, build: Build) -> None:
    ods_path = generate(seed=11, sends=DEFAULT_SENDS, dirty_rate=CLEAN)
    outcome = evaluate(ods_path)
    not_accepted = {(r.table.name, r.outcome, r.reason) for r in outcome.rows} - {
        (table, "accepted", "") for table in TABLES
    }
    assert not_accepted == {(table, "duplicate", "superseded") for table in ("product", "activity")}
    check(build(ods_path), ods_path, {})


@pytest.mark.parametrize(
    "variables",
    [{}, {"segment_basis": "current"}, CUSTOM_VARS],
    ids=["defaults", "segment_basis_current", "custom_thresholds"],
)
def test_dirty_data(generate: Generate, build: Build, variables: dict[str, Any]) -> None:
    ods_path = generate(seed=12, sends=DEFAULT_SENDS, dirty_rate=DIRTY)
    check(build(ods_path, variables), ods_path, variables)


def test_batches(generate: Generate, build: Build) -> None:
    ods_path = generate(seed=13, sends=3_000, days=60, dirty_rate=DIRTY, batches=True)
    check(build(ods_path), ods_path, {})


def test_as_of_date_in_the_past(generate: Generate, build: Build) -> None:
    ods_path = generate(seed=12, sends=DEFAULT_SENDS, dirty_rate=DIRTY)
    variables = {"as_of_date": past_date(ods_path, days=45)}
    check(build(ods_path, variables), ods_path, variables)


@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(100, 120))]
)
def test_odd_values(build: Build, tmp_path: Path, seed: int) -> None:
    """Thousands of texts on and beyond the edge of every kind, in every column of the kind."""
    ods_path = write_odd_values(tmp_path / "ods", random.Random(seed))
    variables = {"as_of_date": "2025-03-14"}
    check(build(ods_path, variables), ods_path, variables)


def test_members_whose_raw_id_is_unknown(build: Build, tmp_path: Path) -> None:
    """A raw row with the id of the unknown member makes no second member, and no send twice."""
    ods_path = write_ods(
        tmp_path / "ods",
        activity=[{}, {"activity_id": "unknown"}],
        agent=[{}, {"agent_id": "unknown"}],
        product=[{}, {"product_id": " unknown"}],
        coupon_send=[{"activity_id": "", "agent_id": "unknown", "product_id": "P404"}],
    )
    run = build(ods_path)
    assert len(run.table("dwd.dwd_coupon_send")) == 1
    for name in ("activity", "agent", "product"):
        members = run.query(f"select * from dim.dim_{name} where {name}_id = 'unknown'")
        assert len(members) == 1, name
    check(run, ods_path, {})


@pytest.mark.soak
@pytest.mark.parametrize("is_past", [False, True], ids=["latest", "past"])
@pytest.mark.parametrize("dirty_rate", [CLEAN, DIRTY], ids=["clean", "dirty"])
@pytest.mark.parametrize("seed", [21, 22, 23, 24, 25])
def test_matrix(
    generate: Generate,
    build: Build,
    capsys: pytest.CaptureFixture[str],
    seed: int,
    dirty_rate: float,
    is_past: bool,
) -> None:
    ods_path = generate(seed=seed, sends=SOAK_SENDS, dirty_rate=dirty_rate, batches=bool(seed % 2))
    variables = {"as_of_date": past_date(ods_path, days=30 + seed)} if is_past else {}
    cell_count = check(build(ods_path, variables), ods_path, variables)
    with capsys.disabled():
        print(f"\nseed {seed} dirty {dirty_rate} {variables}: {cell_count} cells, 0 differing")


# Odd values -----------------------------------------------------------------------------------

BLANKS = ["", "", "", "", " ", "\t", "\u00a0", "\u3000", "\ufeff", " \t "]
BLANKS += ["\0", "\u00ad", "\u200b", "\u200d \u200f", "\u202a", "\u202e\u2064", "\u2060 "]
EMPTIES = ["", " ", "null", "NULL", "None", "nan", "N/A", "-", "--", "---", "nul", "\u3000-"]
EMPTIES += [
    "\\N",
    "\\n",
    "\\\\N",
    "N",
    "#N/A",
    "#n/a",
    "<NA>",
    "<na",
    "(null)",
    "[NULL]",
    "(null]",
    "NaT",
]
EMPTIES += ["NA", "na", "n\u200bull", "\u200b", "\0", "\u200e \u00ad"]
TIMES = [
    *("2025-03-10 10:00:00", "2025/3/9 8:05", "20250311235959", "1741572000", "1741572000123"),
    *("2025-03-10T10:00:00Z", "2025-03-10 10:00:00+08:00", "2025-03-10T23:59:59.999-05:30"),
    *("2025-03-10", "2025/03/10", "2025-02-29", "2024-02-29", "2025-13-01", "2025-00-10"),
    *("2025-03-10 24:00:00", "2025-03-10 23:60:00", "2025-03-10 23:59:60", "10/03/2025"),
    *("2025-03/10", "2025.03.10", "2025-03-10 1:2:3", "2025-03-10 10", "2025-3-1 1:02:03"),
    *("2025-03-10Z", "2025-03-10 10:00z", "2025-03-10t10:00", "2025-03-10  10:00:00"),
    *("1999-12-31 23:59:59", "2100-01-01", "2000-01-01", "2099-12-31 23:59:59"),
    *("1999-12-31T16:00:00Z", "2099-12-31T16:00:00Z", "2099-12-31T15:59:59Z"),
    *("0000000000", "9999999999", "0946656000", "0946655999", "4102415999", "4102416000"),
    *("20250230000000", "20250310240000", "20250310236000", "20250310235960", "2025031023595"),
    *("2025-03-10 10:00:00.1234567890", "2025-03-10 10:00:00.", "２０２５-03-10", "0001-01-01"),
    *("2025-03-10 10:00:00+14:00", "2025-03-10 10:00:00-12:00", "2025-03-10 10:00:00+8:00"),
    *("9999-12-31T23:59:59-23:59", "0000-01-01T00:00Z", "2025-03-10 10:00:00 Z", "now"),
    *("0000-00-00", "0000-00-00 00:00:00", "0000/00/00T00:00Z", "0000-00-00 00:00:00.000 UTC"),
    *("0000-00-00 00:00:01", "0000-00/00", "0000-00-01", "00000000000000", "0000-00-00 0:00"),
    *("9999-12-31", "9999-12-31 23:59:59", "9999/12/31", "99991231235959", "9999-12-32"),
    *("2100-01-01 00:00:00", "2999-12-31T23:59:59Z", "9999-12-31T23:59:59+08:00", "10000-01-01"),
    *("9999999999999", "4102416000000", "2100-02-29", "2100-01-01T00:00:00+14:00"),
    *(
        "2025-03-10 10:00:00 UTC",
        "2025-03-10T10:00:00UTC",
        "2025-03-10 10:00 utc",
        "2025-03-10 UTC",
    ),
    *("2025-03-10 10:00:00+08", "2025-03-10 10:00+0800", "2025-03-10 10:00:00 -0530"),
    *("2025-03-10 10:00:00.5 +08:00", "2025-03-10 10:00:00 Z", "2025-03-10 10:00:00  Z"),
    *(
        "2025-03-10 10:00:00+8",
        "2025-03-10 10:00:00+080",
        "2025-03-10 10:00:00+24",
        "2025-03-10 10-05",
    ),
    *("2025-03-10 10:00:00+0860", "2025-03-10 10:00:00+08:", "2025-03-10 10:00:00 GMT"),
    *("2025031010", "2025031023", "2025031024", "2025033100", "2025033200", "2025001010"),
    *("2025131010", "2000010100", "2099123123", "2100010100", "1999123123", "2025023000"),
    *("2025-03\u200b-10", "2025-03-10\u200e 10:00\u00ad:00", "2025-03-10\u00a010:00:00"),
    *("infinity", "epoch", "2025-03-10 (BC)", "2025-03-10 10:00:00 PM", "-2025-03-10", "45000"),
]
AMOUNTS = [
    *(
        "20",
        "20.5",
        "20.50",
        "20.500",
        "20.505",
        "￥20",
        "¥20",
        "20元",
        "￥20元",
        "￥ 20 元",
        "２０",
    ),
    *("１９．５", "1,299", "1,299.00", "12,99", "1,2999", "0,020", "020", "0", "0.00", "0.01"),
    *("5000", "5000.01", "4999.99", "99.99", "100", "100.00", "49.99", "50", "999999999", "-1"),
    *("999999999.99", "1000000000", "1,000,000,000", "123,456,789.12", "-5", "+5", "1e2", "NaN"),
    *("inf", "5.", ".5", "5..0", "5,", ",5", "¥", "元", "￥元", "¥¥5", "5元元", "元5", "5¥", "abc"),
    *("20.0", "58.99999999999999", "59.00000000000003", "279.00000000000006", "20.000001"),
    *("20.0000009", "20.00000099999999999999999999", "20.0000010", "19.999999", "19.9999990001"),
    *(
        "19.9999991",
        "12.345",
        "12.3449999",
        "12.3450000001",
        "12.34999999",
        "12.349999",
        "20.5000000001",
    ),
    *(
        "0.30000000000000004",
        "0.1 0000000001",
        "999999999.99999999",
        "999999999.9999999",
        "20.01" + "0" * 60,
    ),
    *(
        "20.00" + "9" * 60,
        "19." + "9" * 60,
        "0.0000000001",
        "1,299.0000000001",
        "￥２０．０００００００１元",
    ),
    *("20.001", "20.009999", "20.0099991", "20.9999", "20.99999", "2\u200b0", "1e-7", "5.9E1"),
    *("12 345", "1\u00a0234", "０．０１", "5\u3000元", "0x10", "1_000", "٣", "²", "1，299", "- -"),
]
HOURS = [
    *("1", "24", "0", "25", "24.0", "24.5", "24.", "024", "0024", "00024", "1e1", "-1", "２４"),
    *("12h", "1.00", "9999", "10000", "+1", "1 2"),
]
FLAGS = [
    *("是", "否", "1", "0", "y", "Y", "yes", "YES", "n", "No", "TRUE", "t", "f", "False", "2"),
    *("是的", "1.0", "0.0", "1.00", "01.0", "-0.0", "Ｙ", "on", "真", "\u200b是", "是\u200f否"),
]
IDS = [
    *("'X1", '="X1"', "X1'", "5.77E+12", "5.77e+12", "5E+1", "5.E+1", ".5E+1", "5E12", "5E-12"),
    *("=", "'", '""', "'null'", '="-"', "X 1", "\tX1", "5.77E+12 ", "'5.77E+12", "未知"),
    *("unknown", "UNKNOWN", "'unknown'", "unknown1", "ｕｎｋｎｏｗｎ", "un\u200bknown"),
    *(
        "X1.0",
        "71.0",
        "71.00",
        "71.",
        "71.5",
        "71.50",
        ".0",
        "0.0",
        "071.0",
        "'71.0",
        "７１.0",
        "71．0",
    ),
    *("999999999999999.0", "1234567890123456.0", "8999999999999999.0", "9000000000000000.0"),
    *("0000000000000071.0", "12345678901234567.0", "12345678901234567", "123456789012345678.00"),
    *(
        "5.77E12",
        "1.9e18",
        "5.7e+018",
        "5.77e-12",
        "12E5",
        "12e5",
        "1.E5",
        "5,77E12",
        "５.７７Ｅ１２",
    ),
    *("5.77E12.0", "X5.77E12", "5.77E", "5.77E+", "5..7E1", "5.7 E12", "-5.77E12"),
    *(
        "X\u200b1",
        "X\0001",
        "\u202aX1\u202c",
        "X\u00ad1",
        "X\ufeff1",
        "X\u20651",
        "'\u200bX1\u200e'",
    ),
    *("Ｘ１", "ｘ１", "ＡＺａｚ０９", "X－1", "Ｘ1.0", "＝X1", "\u3000Ｘ１", "x" * 70 + "１"),
    *(
        "合计",
        "总计",
        "小计",
        "共计",
        "汇总",
        "合 计",
        "合　计：",
        "总计:",
        "总计 ：",
        "总计::",
        "合计1",
        "大合计",
    ),
    *("total", "TOTAL", "Total:", "Grand Total", "grandtotal", "Sub-Total", "sub total", "totals"),
    *("sub  total", "合", "计", "汇 总", "合\u200b计", "Ｔｏｔａｌ", "total :", "total  :"),
    *("send_id", "SEND_ID", "consumer_id", "activity_id", "'use_id'", "product_id", "agent_id"),
    *("shop_id", "order_id", "session_id", "ｓｅｎｄ_id", "\ufeffsend_id"),
]
CODES = ["固定", "自定义", " 固定 ", "立减", "进行中", "已结束", "未开始\t", "已 暂停", "FIXED"]
NAMES = [
    "\u200ba\u200d",
    "👨\u200d👩",
    "\u200b",
    "x\0y",
    "\\N",
    "合计",
    "71.0",
    "Ａ",
    "a",
    "=1+1",
    " x ",
    "名字很长" * 30,
    "😀",
    "null",
    "\u3000未知\u3000",
    "a,b",
    'a"b',
    "-",
]


def write_odd_values(folder: Path, chance: random.Random) -> Path:
    """An ods folder where nearly every row has one odd value, and some have several."""

    def odd(kind: list[str]) -> str:
        text = chance.choice(EMPTIES if chance.random() < 0.1 else kind)
        return chance.choice(BLANKS) + text + chance.choice(BLANKS)

    def changed(row: dict[str, str], kinds: dict[str, list[str]]) -> dict[str, str]:
        count = chance.choices([0, 1, 2, 3], [1, 6, 2, 1])[0]
        return row | {column: odd(kinds[column]) for column in chance.sample(sorted(kinds), count)}

    def every(prefix: str, key: str, kinds: dict[str, list[str]]) -> list[dict[str, str]]:
        """A row for each value of each kind alone, then rows of random mixtures."""
        alone = [{column: text} for column, texts in kinds.items() for text in texts + EMPTIES]
        mixed = [changed({}, kinds) for _ in range(len(alone))]
        return [{key: f"{prefix}{i}"} | row for i, row in enumerate(alone + mixed)]

    time = {"updated_at": TIMES}
    activities = {"activity_id": IDS, "activity_name": NAMES, "shop_id": IDS, "status": CODES}
    activities |= {"activity_type": CODES, "discount_amount": AMOUNTS, "is_stackable": FLAGS}
    activities |= {"counts_as_lowest_price": FLAGS, "start_time": TIMES, "end_time": TIMES} | time
    products = {"product_id": IDS, "product_name": NAMES, "category_name": NAMES}
    products |= {"price": AMOUNTS, "cost": AMOUNTS, "shop_id": IDS} | time
    agents = {"agent_id": IDS, "agent_name": NAMES, "shop_id": IDS, "shop_name": NAMES}
    agents |= {"hire_date": TIMES, "leave_date": TIMES} | time
    sends = {"send_id": IDS, "activity_id": IDS, "agent_id": IDS, "consumer_id": IDS}
    sends |= {"product_id": IDS, "send_time": TIMES, "discount_amount": AMOUNTS}
    sends |= {"valid_hours": HOURS, "session_id": IDS}
    uses = {"use_id": IDS, "send_id": IDS, "order_id": IDS, "consumer_id": IDS, "is_used": FLAGS}
    uses |= {"pay_time": TIMES, "pay_amount": AMOUNTS, "discount_amount": AMOUNTS}
    send_rows = every("SD", "send_id", sends)
    for i, row in enumerate(send_rows):
        members = {"activity_id": f"A{i % 400}", "agent_id": f"G{i % 300}", "session_id": f"H{i}"}
        send_rows[i] = members | {"product_id": f"P{i % 400}", "consumer_id": f"C{i % 97}"} | row
    use_rows = every("U", "use_id", uses)
    for i, row in enumerate(use_rows):
        use_rows[i] = {"send_id": f"SD{i % len(send_rows)}", "consumer_id": ""} | row
        if chance.random() < 0.3:
            use_rows[i]["is_used"] = chance.choice(["否", "是"])
    sessions = [
        {"session_id": f"H{i}", "consumer_id": odd([*IDS, "C9", "tb000000000001"])}
        for i in range(0, len(send_rows), 2)
    ]
    tables = {
        "activity": every("A", "activity_id", activities),
        "product": every("P", "product_id", products),
        "agent": every("G", "agent_id", agents),
        "coupon_send": send_rows,
        "coupon_use": use_rows,
        "chat_session": sessions,
    }
    for rows in tables.values():
        rows += [dict(row) for row in chance.sample(rows, len(rows) // 20)]
        rows += [row | {"updated_at": ""} for row in chance.sample(rows, len(rows) // 20)]
        rows += [row | {"agent_id": "G1"} for row in chance.sample(rows, len(rows) // 20)]
        chance.shuffle(rows)
    return write_ods(folder, **tables)


def test_odd_values_reach_every_reason(tmp_path: Path) -> None:
    outcome = evaluate(write_odd_values(tmp_path, random.Random(7)))
    reasons = {row.reason for row in outcome.rows}
    assert reasons >= {
        *(
            "",
            "identical",
            "superseded",
            "missing_key",
            "mangled_id",
            "bad_time",
            "bad_amount",
            "bad_flag",
        ),
        *("unit_suspect", "discount_out_of_rule", "validity_out_of_rule", "orphan_use"),
        "use_before_send",
    }
    assert outcome.facts.as_of_date > date(2025, 3, 10)
