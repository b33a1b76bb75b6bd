"""The sources YAML describes the raw tables; the macro and docs/rules.md say the same."""

from __future__ import annotations

import re

import pytest
import yaml

import generate_raw_tables
from coupon_rfm.raw_tables import read_raw_tables
from oracle.values import CODES
from project import ROOT

TABLES = read_raw_tables()
CHECKED = [name for name, table in TABLES.items() if table.reject_reasons]
ROW = re.compile(r"^\| *(.+?) *\|$", re.MULTILINE)


def rules_table(first_cell: str) -> list[dict[str, str]]:
    """The table of docs/rules.md whose header begins with a cell, by its columns."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    (found,) = [part for part in text.split("\n\n") if part.startswith(f"| {first_cell} | ")]
    head, _, *rows = [[cell.strip() for cell in row.split("|")] for row in ROW.findall(found)]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_macro_is_up_to_date() -> None:
    made = generate_raw_tables.MACRO.read_text(encoding="utf-8")
    assert made == generate_raw_tables.macro_text(), "run `make generate`"


def test_the_rules_list_the_columns_of_every_table() -> None:
    rows = {row["table"]: row for row in rules_table("table")}
    assert rows.keys() == TABLES.keys()
    for name, table in TABLES.items():
        columns = rows[name]["columns, in this order"].partition(":")[0]
        assert rows[name][""] == ("required" if table.is_required else "optional")
        optional = re.findall(r"(\w+) \(optional\)", columns)
        assert set(optional) == table.optional_columns
        listed = {
            column: re.split(", | or ", v)
            for column, v in re.findall(r"(\w+) \(([^)]* or [^)]*)\)", columns)
        }
        assert listed == {column: [*values] for column, values in table.values.items()}
        assert tuple(re.sub(r" \(.*?\)", "", columns).split(", ")) == table.columns


def test_the_oracle_reads_the_codes_that_are_described() -> None:
    described = {c: {*v} for table in TABLES.values() for c, v in table.values.items()}
    assert described == CODES


@pytest.mark.parametrize("name", CHECKED)
def test_the_rules_list_the_reject_reasons_of_every_table(name: str) -> None:
    reasons = [row["reason"] for row in rules_table("reason") if row[name] != "–"]
    assert tuple(reasons) == TABLES[name].reject_reasons


@pytest.mark.parametrize("name", TABLES)
def test_the_ods_model_has_the_columns_of_its_source(name: str) -> None:
    """In the same order, with the same descriptions, and nothing else."""
    folder = ROOT / "models" / "ods"
    described = yaml.safe_load((folder / "_sources.yml").read_text(encoding="utf-8"))
    (table,) = [t for t in described["sources"][0]["tables"] if t["name"] == name]
    (model,) = yaml.safe_load((folder / f"ods_{name}.yml").read_text(encoding="utf-8"))["models"]
    columns = {column["name"]: column["description"] for column in table["columns"]}
    assert [(c["name"], c["description"]) for c in model["columns"]] == list(columns.items())
    example = (folder / "ods_refund.sql").read_text(encoding="utf-8").replace("refund", name)
    head, tail = example.partition("    select\n")[0::2]
    select = "    select\n        " + ",\n        ".join(columns) + "\n"
    expected = head + select + tail[tail.index("    from source\n") :]
    assert (folder / f"ods_{name}.sql").read_text(encoding="utf-8") == expected


def test_kinds_are_those_of_the_rules() -> None:
    kinds = {kind for table in TABLES.values() for kind in table.kinds.values()}
    named = " ".join(row["kind"] for row in rules_table("kind"))
    assert kinds - {"hours", "end_date"} <= set(re.findall(r"\w+", named))
