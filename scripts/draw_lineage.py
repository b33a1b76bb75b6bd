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
NODE_WIDTH, NODE_HEIGHT, COLUMN_GAP, ROW_GAP, LEFT = 164, 22, 14, 30, 116
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


def edge(x1: float, y1: float, x2: float, y2: float) -> str:
    """A curve from below a node to above another, or to below it in one row."""
    y1 += NODE_HEIGHT
    if y2 < y1:
        y2 += NODE_HEIGHT
        bend1, bend2 = y1 + ROW_GAP, y2 + ROW_GAP
    else:
        bend1 = bend2 = (y1 + y2) / 2
    return (
        f'<path d="M{x1:g} {y1:g}C{x1:g} {bend1:g} {x2:g} {bend2:g} {x2:g} {y2:g}" fill="none" '
        f'stroke="#7a7a7a" stroke-width="0.9" opacity="0.55"/>'
    )


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
    for name in sorted(parents):
        for parent in parents[name]:
            middle = NODE_WIDTH / 2
            parts.append(edge(left[parent] + middle, top[parent], left[name] + middle, top[name]))
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
    type=click.Path(dir_okay=False, path_type=Path),
    default="docs/lineage.svg",
    show_default=True,
    help="The picture to write.",
)
def main(manifest: Path, out: Path) -> None:
    """Read the manifest and write the picture."""
    out.write_text(draw(*read_graph(manifest)), encoding="utf-8")
    click.echo(f"{out}")


if __name__ == "__main__":
    main()
