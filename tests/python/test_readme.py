"""The tables that the READMEs show are those of the committed sample."""

from __future__ import annotations

import re

import pytest

from conftest import Build
from draw_lineage import draw, read_graph
from project import ROOT

EXAMPLE = re.compile(r"<!-- sql: (?P<sql>.+?) -->\n(?P<table>(?:\|.*\n)+)")
EXAMPLES_IN_EACH = 3


def markdown(rows: list[dict[str, object]]) -> str:
    """The rows of a query as a Markdown table."""
    lines = ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
    for row in rows:
        cells = ["" if value is None else str(value) for value in row.values()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_examples_show_what_the_sample_gives(name: str, build: Build) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    run = build(ROOT / "seeds" / "ods")
    examples = EXAMPLE.findall(text)
    assert len(examples) == EXAMPLES_IN_EACH
    for sql, table in examples:
        assert table == markdown(run.query(sql)), sql


def test_lineage_picture_is_that_of_the_models(build: Build) -> None:
    """`python scripts/draw_lineage.py` draws it anew."""
    run = build(ROOT / "seeds" / "ods")
    picture = (ROOT / "docs" / "lineage.svg").read_text(encoding="utf-8")
    assert picture == draw(*read_graph(run.target / "manifest.json"))
