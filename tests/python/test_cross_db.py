"""Every macro of macros/cross_db gives the same on both engines, at the borders of what it does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from project import ROOT, run_dbt
from spark import needs_spark, spark_environment

TIME = "timestamp '2025-03-10 10:00:00'"
ENGINES = [pytest.param("local", id="duckdb"), pytest.param("spark_local", marks=needs_spark)]

# macro: {Jinja of a SQL expression: its value as text, None for NULL}
CASES: dict[str, dict[str, str | None]] = {
    "add_hours": {
        f'add_hours("{TIME}", "24")': "2025-03-11 10:00:00",
        f'add_hours("{TIME}", "0")': "2025-03-10 10:00:00",
        f'add_hours("{TIME}", "cast(null as integer)")': None,
    },
    "character": {
        "\"'<' || \" ~ character(32) ~ \" || '>'\"": "< >",
        "\"'<' || \" ~ character(160) ~ \" || '>'\"": "<\u00a0>",
        "\"'<' || \" ~ character(12288) ~ \" || '>'\"": "<\u3000>",
    },
    "date_series": {
        "'(select count(*) from (' ~ date_series('2024-02-28', '2024-03-01') ~ ') as d)'": "3",
        "'(select max(date_day) from (' ~ date_series('2025-01-01', '2025-01-01') ~ ') as d)'": (
            "2025-01-01"
        ),
    },
    "distinct_items": {
        "\"(select \" ~ distinct_items('i') ~ \" from (select 'b, a' as i union all select 'a, 中'"
        ' union all select null) as t)"': "a, b, 中",
        '"(select " ~ distinct_items("cast(null as string)") ~ ")"': None,
    },
    "drop_matches": {
        "drop_matches(\"'a1b22'\", '[0-9]')": "ab",
        "drop_matches(\"'¥12元'\", '^¥|元$')": "12",
        "drop_matches('cast(null as string)', 'a')": None,
    },
    # What Parquet columns of doubles become: as DuckDB casts them.
    "float_text": {
        f'float_text("cast({number!r} as double)")': text
        for number, text in {
            "2001": "2001.0",
            "5770000000000": "5770000000000.0",
            "9007199254740992": "9007199254740992.0",
            "1e16": "1e+16",
            "5.77e18": "5.77e+18",
            "1e100": "1e+100",
            "12345678.9": "12345678.9",
            "58.99999999999999": "58.99999999999999",
            "0.0001": "0.0001",
            "0.00012345": "0.00012345",
            "0.00001": "1e-05",
            "-20.5": "-20.5",
            "0": "0.0",
            "nan": "nan",
        }.items()
    }
    | {"float_text('cast(null as double)')": None},
    "exact_div": {
        "exact_div('1', '3')": "0.333333",
        "exact_div('2', '3')": "0.666667",
        "exact_div('1', '0')": None,
        "exact_div('0', '7')": "0.000000",
        "exact_div('cast(null as bigint)', '7')": None,
        "exact_div('1', '8', 2)": "0.13",
        "exact_div('1', '2000000')": "0.000001",
        "exact_div('1', '2000001')": "0.000000",
        "exact_div('cast(0.05 as decimal(18, 2))', 'cast(0.10 as decimal(18, 2))')": "0.500000",
        "exact_div('cast(9999999999.99 as decimal(18, 2))', 'cast(0.01 as decimal(18, 2))')": (
            "999999999999.000000"
        ),
        "exact_div('cast(9999999999999.99 as decimal(18, 2))', '3', 2)": "3333333333333.33",
    },
    "json_text": {
        "json_text(struct_of(['n', 't', 'q', 'c', 'u', 's']))": (
            '{"n":null,"t":"","q":"a\\"b\\\\","c":"\\t\\u0001\\u001F\\r\\n\\b\\f",'
            '"u":"中\u2028😀","s":"/<>"}'
        ),
    },
    "matches": {
        "matches(\"'123'\", '[0-9]+')": "true",
        "matches(\"'a123'\", '[0-9]+')": "false",
        "matches(\"'123'\", 'a|123|b')": "true",
        "matches(\"'123' || chr(10)\", '[0-9]+')": "false",
        "matches(\"'123' || chr(13)\", '[0-9]+')": "false",
        "matches(\"'123\u2028'\", '[0-9]+')": "false",
        "matches('cast(null as string)', '[0-9]+')": None,
    },
    "parse_time": {
        f"parse_time(\"'{text}'\")": value
        for text, value in {
            "2025-03-10 10:11:12": "2025-03-10 10:11:12",
            "2025-02-29 10:00:00": None,
            "2025-03-10 10:00:60": None,
            "2025-03-10 24:00:00": None,
            "2025-3-1": "2025-03-01 00:00:00",
            "2025/03/01 9:05": "2025-03-01 09:05:00",
            "2025-03/01": None,
            "2025-03-10T10:11:12.999999999": "2025-03-10 10:11:12",
            "2025-03-10T02:00:00Z": "2025-03-10 10:00:00",
            "2025-03-10 02:00:00+08:00": "2025-03-10 02:00:00",
            "2025-03-10 02:00:00-05:30": "2025-03-10 15:30:00",
            "2025-03-10 02:00:00+24:00": None,
            "2025-03-10+08:00": None,
            "20250310101112": "2025-03-10 10:11:12",
            "20250310241112": None,
            "1741572672": "2025-03-10 10:11:12",
            "1741572672999": "2025-03-10 10:11:12",
            "174157267": None,
            "1999-12-31 23:59:59": None,
            "2000-01-01": "2000-01-01 00:00:00",
            "1999-12-31T16:00:00Z": "2000-01-01 00:00:00",
            "2099-12-31 23:59:59": "2099-12-31 23:59:59",
            "2099-12-31T16:00:00Z": None,
            "2025-03-10 02:00:00 UTC": "2025-03-10 10:00:00",
            "2025-03-10 02:00+08": "2025-03-10 02:00:00",
            "2025-03-10 02:00:00.5 -0530": "2025-03-10 15:30:00",
            "2025-03-10 02:00:00  Z": None,
            "2025-03-10 02:00:00+080": None,
            "2025031010": None,
            "2025133100": "2034-03-05 08:58:20",
            "2100-01-01": None,
            "17/01/2025": None,
            "2025": None,
            "": None,
        }.items()
    }
    | {
        f"parse_time(\"'{text}'\", is_end=true)": value
        for text, value in {
            "2099-12-31 23:59:59": "2099-12-31 23:59:59",
            "9999-12-31": "9999-12-31 00:00:00",
            "99991231235959": "9999-12-31 23:59:59",
            "9999-12-32": None,
            "1999-12-31": None,
        }.items()
    },
    "from_utc": {
        "from_utc(\"timestamp '2025-03-10 02:00:00'\")": "2025-03-10 10:00:00",
        "from_utc('cast(null as timestamp)')": None,
    },
    "rewrite": {
        "rewrite(\"'ab'\", '(a)(x)?(b)', '\\\\3-\\\\2\\\\10')": "b-a0",
        "rewrite(\"'ab' || chr(10)\", '(a)(b)', '\\\\2') ~ \" || '.'\"": "ab\n.",
        "rewrite(\"'aab'\", 'a', 'x')": "aab",
        "rewrite('cast(null as string)', 'a', 'x')": None,
    },
    "struct_of": {"json_text(struct_of(['n', 's']))": '{"n":null,"s":"/<>"}'},
    "text_literal": {
        'text_literal("it\'s \\\\n \\\\\\\\ 中 %s")': "it's \\n \\\\ 中 %s",
        "text_literal('')": "",
        "text_literal(none)": None,
    },
    "trim_characters": {
        "trim_characters(\"' \\t a b \u3000'\", [32, 9, 12288])": "a b",
        "trim_characters(\"'\u00a0'\", [160])": "",
        "trim_characters(\"'=1=0='\", [61])": "1=0",
        "trim_characters('cast(null as string)', [32])": None,
    },
}
# Macros that clean text, which are alike on both engines only if their patterns are:
# {macro: {raw text: its value}}.
CLEAN_CASES: dict[str, dict[str, str | None]] = {
    "clean_id": {
        "2001": "2001",
        "'2001.00": "2001",
        "2001.5": "2001.5",
        "8999999999999999.0": "8999999999999999",
        "9000000000000000.0": "9000000000000000.0",
        "\u202a20\u200b0\u00ad1\ufeff\u2064": "2001",
        "X\u20651": "X\u20651",
        "２００３": "2003",
        " Ａz９": "Az9",
        "\\N": None,
        "\\\\N": "\\\\N",
        "#N/A": None,
        "<na>": None,
        "(null)": None,
        "[null]": None,
        "[nul]": "[nul]",
        "NaT": None,
        "NA": "NA",
        "Unknown": None,
        "合　计：": None,
        "Sub-Total": None,
        "RAW_TEXT": None,
        "": None,
    },
    "clean_text": {
        "20\u200b.5": "20.5",
        "\u3000是\u200f": "是",
        "\\n": None,
        "a \u200b b": "a  b",
        "a\n": "a\n",
    },
    "clean_name": {"\u200b a\u200db \u00ad": "a\u200db", "[NULL]": None, "\u200b": None},
    "clean_time": {
        "0000-00-00": None,
        "0000/00/00 0:00": None,
        "0000-00-00T00:00:00.000+00:00": None,
        "0000-00-00 00:00:01": "0000-00-00 00:00:01",
        "2025-03-10\u200e": "2025-03-10",
    },
}
CASES |= {
    macro: {
        f"'(select ' ~ {macro}('raw_text') ~ ' from (select ' ~ text_literal({text!r})"
        " ~ ' as raw_text) as t)'": value
        for text, value in cases.items()
    }
    for macro, cases in CLEAN_CASES.items()
}
NUL = "(select chr(0) || 'A' || chr(0) || '1' as i) as t"
CASES["clean_id"] |= {f"'(select ' ~ clean_id('i') ~ \" from {NUL})\"": "A1"}
CASES["is_mangled_id"] = {
    "'(select ' ~ is_mangled_id(['i'], 't') ~ \" from (select '" + text + "' as i) as t)\"": value
    for text, value in {
        "5.77E+12": "true",
        "1.9e18": "true",
        "5E+12": "true",
        "12E5": "false",
        "9000000000000000.0": "true",
        "2001.5": "false",
        "5.77E-12": "false",
    }.items()
}
# The columns that json_text and struct_of are tried on.
FIELDS = """
    cast(null as string) as n, '' as t, {{ text_literal('a"b\\\\') }} as q,
    chr(9) || chr(1) || chr(31) || chr(13) || chr(10) || chr(8) || chr(12) as c,
    '中\u2028😀' as u, '/<>' as s
"""


@pytest.mark.parametrize("target", ENGINES)
def test_macros(target: str, tmp_path: Path) -> None:
    expressions = [expression for cases in CASES.values() for expression in cases]
    found = values_of(expressions, target, tmp_path)
    wanted = [value for cases in CASES.values() for value in cases.values()]
    differences = {
        expression: (value, expected)
        for expression, value, expected in zip(expressions, found, wanted, strict=True)
        if value != expected
    }
    assert not differences


def test_every_macro_has_cases() -> None:
    """Those of the reader are tried on files: test_reader.py and test_spark_parity.py.

    A file without a macro of its name has engines' sides of a macro of dbt, which every build runs.
    """
    names = {
        path.stem
        for path in (ROOT / "macros" / "cross_db").glob("*.sql")
        if f"macro {path.stem}(" in path.read_text(encoding="utf-8")
    }
    assert names and names <= CASES.keys()


def values_of(expressions: list[str], target: str, folder: Path) -> list[str | None]:
    """The values of SQL expressions written in Jinja, as text."""
    selects = "\nunion all\n".join(
        f"select {i} as case_number, cast({{{{ {expression} }}}} as string) as value from fields"
        for i, expression in enumerate(expressions)
    )
    sql = f"with fields as (select {FIELDS})\n{selects}"
    environment = spark_environment(folder) | {"COUPON_RFM_TARGET": target}
    command = ("--quiet", "show", "--inline", sql, "--output", "json", "--limit", "-1")
    output = run_dbt(command, ROOT / "seeds" / "ods", folder, None, environment).output
    shown = re.search(r"^\{.*^\}", output, re.S | re.M)
    assert shown, output[-3000:]
    rows = {row["case_number"]: row["value"] for row in json.loads(shown[0])["show"]}
    return [rows[i] for i in range(len(expressions))]
