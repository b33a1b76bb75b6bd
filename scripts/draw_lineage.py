"""Draw the lineage of the models as one SVG picture, from the raw files down to the ads tables."""

from __future__ import annotations

import json
from collections import defaultdict
from html import escape
from pathlib import Path

import click

LAYERS = {
    "source": ("原始文件", "raw files, seeds", "#e8e8e8"),
    "ods": ("ODS", "原始行", "#dbe9f6"),
    "dim": ("DIM", "维度", "#e3f2da"),
    "dwd": ("DWD", "明细", "#fff3cd"),
    "dws": ("DWS", "汇总", "#fde2cf"),
    "ads": ("ADS", "应用", "#f9d5dc"),
}
NODES_IN_ROW = 7
NODE_WIDTH, NODE_HEIGHT, COLUMN_GAP, ROW_GAP, LEFT = 164, 22, 26, 36, 116
SWEEPS = 12


def read_graph(manifest: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The layer of every model, source and seed by name, and the parents of each.

    Seeds stand with the raw files: both are what the warehouse is made from.
    """
    content = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = {
        unique_id: node
        for unique_id, node in (content["nodes"] | content["sources"]).items()
        if node["resource_type"] in ("model", "seed", "source")
    }
    names = {unique_id: node["name"] for unique_id, node in nodes.items()}
    layers = {
        names[unique_id]: node["schema"] if node["resource_type"] == "model" else "source"
        for unique_id, node in nodes.items()
    }
    parents = {
        names[unique_id]: sorted(
            names[parent]
            for parent in node.get("depends_on", {}).get("nodes", [])
            if parent in names
        )
        for unique_id, node in nodes.items()
    }
    return layers, parents


def place_in_rows(layers: dict[str, str], parents: dict[str, list[str]]) -> dict[str, int]:
    """The row of every node: its layer's, and within a layer not above its parents."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            inside = [parent for parent in parents[name] if layers[parent] == layers[name]]
            depths[name] = max((depth(parent) + 1 for parent in inside), default=0)
        return depths[name]

    rows, first = {}, 0
    for layer in LAYERS:
        members = sorted((depth(name), name) for name in layers if layers[name] == layer)
        for place, (_, name) in enumerate(members):
            rows[name] = first + place // NODES_IN_ROW
        first += (len(members) - 1) // NODES_IN_ROW + 1
    return rows


def order_in_rows(rows: dict[str, int], parents: dict[str, list[str]]) -> dict[str, float]:
    """The place of every node in its row, near its neighbours, so that few edges cross."""
    neighbours = defaultdict(set)
    for name, found in parents.items():
        for parent in found:
            neighbours[name].add(parent)
            neighbours[parent].add(name)
    members = defaultdict(list)
    for name in sorted(rows):
        members[rows[name]].append(name)
    places: dict[str, float] = {}

    def spread(names: list[str]) -> None:
        start = (NODES_IN_ROW - len(names)) / 2
        places.update({name: start + place for place, name in enumerate(names)})

    def mean_of_neighbours(name: str) -> float:
        around = neighbours[name] or {name}
        return sum(places[other] for other in around) / len(around)

    for names in members.values():
        spread(names)
    for sweep in range(SWEEPS):
        for row in sorted(members, reverse=bool(sweep % 2)):
            members[row].sort(key=lambda name: (mean_of_neighbours(name), name))
            spread(members[row])
    return places


Point = tuple[float, float]


def free_place(x: float, lefts: list[float]) -> float:
    """The x nearest to this one where a line crosses a row between its boxes, not behind one."""
    half = COLUMN_GAP / 2
    for left in lefts:
        if left - half < x < left + NODE_WIDTH + half:
            nearer_left = x < left + NODE_WIDTH / 2
            return left - half if nearer_left else left + NODE_WIDTH + half
    return x


def route(start: Point, end: Point, boxes: dict[float, list[float]]) -> list[Point]:
    """Where an edge enters each row of boxes between its ends: between two of them."""
    way = [start]
    for y in sorted(y for y in boxes if start[1] < y and y + NODE_HEIGHT < end[1]):
        x, from_y = way[-1]
        straight = x + (end[0] - x) * (y - from_y) / (end[1] - from_y)
        way.append((free_place(straight, boxes[y]), y))
    return [*way, end]


def spread_apart(ways: list[list[Point]]) -> list[list[Point]]:
    """The same ways, those that cross a row at one place side by side as far as the gap allows."""
    through = defaultdict(list)
    for number, way in enumerate(ways):
        for place, point in enumerate(way[1:-1], start=1):
            through[point].append((way[place - 1][0], way[place + 1][0], number, place))
    moved = [list(way) for way in ways]
    for (x, y), found in through.items():
        step = min(2.0, (COLUMN_GAP - 4) / len(found))
        for rank, (_, _, number, place) in enumerate(sorted(found)):
            moved[number][place] = (x + (rank - (len(found) - 1) / 2) * step, y)
    return moved


def edge(way: list[Point]) -> str:
    """A curve from below a node to above another, straight through the rows between them."""
    (x, y), *others = way
    y += NODE_HEIGHT
    drawn = [f"M{x:g} {y:g}"]
    for place, (next_x, next_y) in enumerate(others, start=1):
        if next_y < y:  # both in one row: below the boxes and up again
            drawn.append(f"C{x:g} {y + ROW_GAP:g} {next_x:g} {y + ROW_GAP:g} {next_x:g} {y:g}")
            continue
        middle = (y + next_y) / 2
        drawn.append(f"C{x:g} {middle:g} {next_x:g} {middle:g} {next_x:g} {next_y:g}")
        x, y = next_x, next_y + NODE_HEIGHT
        if place < len(others):
            drawn.append(f"V{y:g}")
    return f'<path d="{"".join(drawn)}" fill="none" stroke="#7a7a7a" opacity="0.55"/>'


def draw(layers: dict[str, str], parents: dict[str, list[str]]) -> str:
    """The picture as SVG text; the same graph gives the same bytes."""
    rows = place_in_rows(layers, parents)
    places = order_in_rows(rows, parents)
    left = {name: LEFT + place * (NODE_WIDTH + COLUMN_GAP) for name, place in places.items()}
    top = {name: ROW_GAP / 2 + row * (NODE_HEIGHT + ROW_GAP) for name, row in rows.items()}
    width = LEFT + NODES_IN_ROW * (NODE_WIDTH + COLUMN_GAP)
    height = max(top.values()) + NODE_HEIGHT + ROW_GAP / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" '
        f'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height:g}" fill="white"/>',
    ]
    for layer, (title, subtitle, colour) in LAYERS.items():
        tops = [top[name] for name in layers if layers[name] == layer]
        start, end = min(tops) - ROW_GAP / 2, max(tops) + NODE_HEIGHT + ROW_GAP / 2
        parts.append(
            f'<rect x="0" y="{start:g}" width="{width}" height="{end - start:g}" '
            f'fill="{colour}" opacity="0.45"/>'
            f'<text x="14" y="{(start + end) / 2:g}" font-size="16" font-weight="bold">'
            f"{escape(title)}</text>"
            f'<text x="14" y="{(start + end) / 2 + 16:g}">{escape(subtitle)}</text>'
        )
    boxes = defaultdict(list)
    for name in sorted(layers):
        boxes[top[name]].append(left[name])
    above = {name: (left[name] + NODE_WIDTH / 2, top[name]) for name in layers}
    ways = [
        route(above[parent], above[name], boxes)
        for name in sorted(parents)
        for parent in parents[name]
    ]
    parts.extend(edge(way) for way in spread_apart(ways))
    for name in sorted(layers):
        parts.append(
            f'<rect x="{left[name]:g}" y="{top[name]:g}" width="{NODE_WIDTH}" '
            f'height="{NODE_HEIGHT}" rx="4" fill="{LAYERS[layers[name]][2]}" stroke="#666"/>'
            f'<text x="{left[name] + NODE_WIDTH / 2:g}" y="{top[name] + 15:g}" '
            f'text-anchor="middle">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


@click.command(help=__doc__)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default="target/manifest.json",
    show_default=True,
    help="What dbt wrote of the project.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="docs",
    show_default=True,
    help="Folder to write lineage.svg to.",
)
def main(manifest: Path, out: Path) -> None:
    """Read the manifest and write the picture."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "lineage.svg"
    path.write_text(draw(*read_graph(manifest)), encoding="utf-8")
    click.echo(f"{path}")


if __name__ == "__main__":
    main()
