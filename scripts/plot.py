#!/usr/bin/env python3
"""Draws the measured figures: two SVG files of the JSON that `benches/compare` writes.

    scripts/plot.py docs/benchmarks/results.json docs/benchmarks

The same JSON gives the same bytes. Text stays text, nothing has a background, and every colour can
be read on white as well as on black. Only the standard library is needed.
"""

import json
import math
import pathlib
import sys
from xml.sax.saxutils import escape

TEXT = "#6b7785"
OURS = "#3b82c4"
PEERS = "#a3abb3"
WIDTH = 780
MARGIN = 10


class Svg:
    """Collects elements; coordinates are pixels, with one digit after the point."""

    def __init__(self, height, title, description):
        self.lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
            f' viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title description"'
            f' font-family="system-ui, sans-serif" font-size="12" fill="{TEXT}">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
        ]
        self.text(MARGIN, 20, title, size=15, weight="bold")
        self.text(MARGIN, 39, description)

    def text(self, x, y, content, anchor="start", size=None, weight=None, fill=None):
        style = "".join(
            f' {name}="{value}"'
            for name, value in [("font-size", size), ("font-weight", weight), ("fill", fill)]
            if value
        )
        self.lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(content)}</text>'
        )

    def line(self, x1, y1, x2, y2, stroke, opacity=1):
        self.lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            f' stroke="{stroke}" stroke-opacity="{opacity}"/>'
        )

    def bar(self, x, y, width, height, fill):
        self.lines.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' fill="{fill}"/>'
        )

    def curve(self, points, stroke):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.lines.append(
            f'<polyline points="{path}" fill="none" stroke="{stroke}" stroke-width="1.5"/>'
        )
        for x, y in points:
            self.lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{stroke}"/>')

    def finish(self):
        return "\n".join([*self.lines, "</svg>", ""])


def races(results, kind):
    return [race for race in results["races"] if race["kind"] == kind]


def ticks(largest):
    """Four to eight round numbers from zero to at least the largest value."""
    step = 10 ** math.floor(math.log10(largest / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if largest / (step * factor) <= 7)
    return [step * n for n in range(math.ceil(largest / step) + 1)]


def digits(value):
    """Three digits, as many as the spread allows."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def is_ours(name):
    return name.startswith("countersign")


def verification(results):
    """Time of one RS256 verification: a panel for each key size, a bar for each contender."""
    left, right, top, row, gap = 190, 60, 60, 19, 52
    panels = races(results, "rs256")
    rows = sum(len(race["contenders"]) for race in panels)
    svg = Svg(
        top + rows * row + len(panels) * gap,
        "RS256 verification, µs per signature",
        "Medians, whiskers from quartile to quartile; less is better. Each panel has its own scale.",
    )
    y = top
    for race in panels:
        # Ours first, the best of them on top; then the peers.
        ours = [c for c in race["contenders"] if is_ours(c["name"])]
        contenders = ours[::-1] + [c for c in race["contenders"] if c not in ours]
        marks = ticks(max(c["upper_quartile"] for c in contenders))
        scale = (WIDTH - left - right) / marks[-1]
        bottom = y + 18 + len(contenders) * row
        svg.text(MARGIN, y + 10, f"{race['bits']} bits", weight="bold")
        for mark in marks:
            x = left + mark * scale
            svg.line(x, y + 14, x, bottom, TEXT, opacity=0.3)
            svg.text(x, bottom + 14, f"{mark:g}", "middle", size=11)
        for place, c in enumerate(contenders):
            middle = y + 18 + (place + 0.5) * row
            weight, colour = ("bold", OURS) if c in ours else (None, PEERS)
            end, low, high = (
                left + c[key] * scale for key in ("median", "lower_quartile", "upper_quartile")
            )
            svg.text(left - 8, middle + 4, c["name"], "end", weight=weight)
            svg.bar(left, middle - 6, end - left, 12, colour)
            svg.line(low, middle, high, middle, TEXT)
            for x in (low, high):
                svg.line(x, middle - 3, x, middle + 3, TEXT)
            svg.text(max(end, high) + 6, middle + 4, digits(c["median"]))
        y += len(contenders) * row + gap
    return svg.finish()


def batch(results):
    """Cost of a signature against the number of signatures verified at once."""
    left, right, top, bottom = 46, 140, 66, 336
    lanes = races(results, "lanes")
    svg = Svg(
        bottom + 50,
        f"RS256 with {lanes[0]['bits']} bits: µs per signature against the size of the batch",
        "Medians, whiskers from quartile to quartile; less is better. The horizontal scale doubles.",
    )
    values = [c["upper_quartile"] for race in lanes for c in race["contenders"]]
    marks = ticks(max(values))
    last = max(race["batch"] for race in lanes)

    def across(count):
        return left + 10 + math.log2(count) / math.log2(last) * (WIDTH - left - right - 10)

    def up(value):
        return bottom - value / marks[-1] * (bottom - top)

    for mark in marks:
        svg.line(left, up(mark), WIDTH - right, up(mark), TEXT, opacity=0.3)
        svg.text(left - 6, up(mark) + 4, f"{mark:g}", "end", size=11)
    for race in lanes:
        count = race["batch"]
        svg.line(across(count), bottom, across(count), bottom + 4, TEXT, opacity=0.3)
        if count in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64):
            svg.text(across(count), bottom + 17, str(count), "middle", size=11)
    svg.text((left + WIDTH - right) / 2, bottom + 38, "signatures at once", "middle")

    for name, colour in [("one by one", PEERS), ("batch", OURS)]:
        found = [
            (race["batch"], c) for race in lanes for c in race["contenders"] if c["name"] == name
        ]
        for count, c in found:
            x = across(count)
            svg.line(x, up(c["lower_quartile"]), x, up(c["upper_quartile"]), colour)
        svg.curve([(across(count), up(c["median"])) for count, c in found], colour)
        x, y = across(found[-1][0]), up(found[-1][1]["median"])
        label = f"{name}, {digits(found[-1][1]['median'])}"
        svg.text(x + 8, y + 4, label, weight="bold", fill=OURS if colour == OURS else TEXT)
    return svg.finish()


def draw(results):
    """Returns file names and their contents."""
    return {"verification.svg": verification(results), "batch.svg": batch(results)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    results = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    for name, content in draw(results).items():
        pathlib.Path(sys.argv[2], name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
