"""The figures of a comparison as a picture: bars of CPU and wall seconds, light or dark."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from coupon_rfm.measurement import Cost

WIDTH, LABELS, VALUES = 760, 200, 120
BAR, GAP, HEAD = 12, 14, 44
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .head { font-weight: 600; }
    .value { font-size: 12px; fill: #57606a; }
    .cpu { fill: #0969da; }
    .wall { fill: #9ec5f0; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .value { fill: #9da7b3; }
      .cpu { fill: #58a6ff; }
      .wall { fill: #2f5480; }
    }
"""


def draw(costs: Mapping[int, Mapping[str, Cost]]) -> str:
    """Return the SVG: a group of bars for each number of sends, each group in its own scale."""
    parts: list[str] = []
    y = 10
    for sends, by_name in costs.items():
        longest = max(max(c.wall_seconds, c.cpu_seconds) for c in by_name.values())
        scale = (WIDTH - LABELS - VALUES) / longest
        parts.append(text(10, y + 18, f"{sends:,} sends: seconds", "head"))
        for place, kind in enumerate(("CPU", "wall")):
            x = LABELS + 60 * place
            parts.append(
                f'<rect class="{kind.lower()}" x="{x}" y="{y + 8}" width="10" height="10"/>'
            )
            parts.append(text(x + 15, y + 18, kind))
        y += HEAD
        for name, cost in by_name.items():
            parts.append(text(10, y + BAR + 4, name.replace("`", "")))
            for row, kind in enumerate(("cpu", "wall")):
                seconds = cost.cpu_seconds if kind == "cpu" else cost.wall_seconds
                top, width = y + row * BAR, max(seconds * scale, 1)
                parts.append(
                    f'<rect class="{kind}" x="{LABELS}" y="{top}" width="{width:.1f}" '
                    f'height="{BAR - 1}"/>'
                )
                parts.append(text(LABELS + width + 6, top + BAR - 2, f"{seconds:.1f}", "value"))
            y += 2 * BAR + GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
            'role="img" aria-label="CPU and wall seconds of the core job and of our build">',
            f"<style>{STYLE}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, content: str, kind: str = "") -> str:
    """A line of text."""
    css = f' class="{kind}"' if kind else ""
    return f'<text{css} x="{x:.1f}" y="{y:.1f}">{escape(content)}</text>'
