"""The tables that the READMEs show are those of the committed sample."""

from __future__ import annotations

import re

import pytest

from conftest import SAMPLE, Build
from draw_lineage import draw, read_graph
from project import ROOT, parsed_folder

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
    run = build(SAMPLE)
    examples = EXAMPLE.findall(text)
    assert len(examples) == EXAMPLES_IN_EACH
    for sql, table in examples:
        assert table == markdown(run.query(sql)), sql


def test_lineage_picture_is_that_of_the_models() -> None:
    """`python scripts/draw_lineage.py` draws it anew."""
    picture = (ROOT / "docs" / "lineage.svg").read_text(encoding="utf-8")
    assert picture == draw(*read_graph(parsed_folder() / "manifest.json"))


def test_no_edge_of_the_lineage_picture_runs_behind_a_box() -> None:
    picture = (ROOT / "docs" / "lineage.svg").read_text(encoding="utf-8")
    boxes = [
        tuple(float(number) for number in found)
        for found in re.findall(
            r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" rx', picture
        )
    ]
    edges = [points_of(path) for path in re.findall(r'<path d="(\S.*?)"', picture)]
    assert len(boxes) > 60
    assert len(edges) > 100
    behind = [
        (x, y)
        for edge in edges
        for x, y in edge
        for left, top, width, height in boxes
        if left < x < left + width and top + 0.1 < y < top + height - 0.1
    ]
    assert behind == []


def points_of(path: str) -> list[tuple[float, float]]:
    """Points along an SVG path of the commands M, C and V, close together."""
    points: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MCV])([^MCV]*)", path):
        values = [float(number) for number in numbers.split()]
        if command == "M":
            points.append((values[0], values[1]))
            continue
        x0, y0 = points[-1]
        if command == "V":
            values = [x0, y0, x0, values[0], x0, values[0]]
        x1, y1, x2, y2, x3, y3 = values
        for step in range(1, 51):
            t = step / 50
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            points.append(
                (
                    sum(w * x for w, x in zip(weights, (x0, x1, x2, x3), strict=True)),
                    sum(w * y for w, y in zip(weights, (y0, y1, y2, y3), strict=True)),
                )
            )
    return points
