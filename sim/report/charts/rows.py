"""What a process needs in height: the words in its boxes, the room between its rows for headings and labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.model.base import Model
from sim.report.charts import step_words
from sim.report.charts.canvas import INK, PAPER, SMALL, SOFT
from sim.report.charts.lanes import Box, Frame, Layout
from sim.report.charts.lettering import wrapped
from sim.report.charts.variants import Variant
from sim.report.edition import Edition

TINY = 5.6
GAP, BAR, LETTERS, PAD, SIDE, HEADING, TAG = 2.4, 1.0, 2.6, 1.3, 6.6, 2.3, 2.6
"""Between rows; a bar; a line of text; inside a box; between columns; a line of a heading; the strip of a mark."""
BARS = ("fork", "choice", "join")
_INSETS: dict[str, tuple[float, float]] = {
    "call": (1.0, 1.0),
    "spawn": (1.0, 0.0),
    "apart": (1.0, 0.0),
    "session": (0.6, 0.6),
}

Words = list[tuple[str, float, str]]
"""Lines with their size and colour."""


def inset(kind: str) -> tuple[float, float]:
    """What the lines inside a box leave off its words at the left and the right."""
    return _INSETS.get(kind, (0.0, 0.0))


@dataclass(frozen=True)
class Rows:
    """How tall each row is, and the room above it for headings and labels and below it for the ends of frames."""

    tall: list[float]
    above: list[float]
    under: list[float]
    words: list[Words]
    """The lines of each box."""
    headings: list[list[str]]
    """The lines over each frame."""

    @property
    def height(self) -> float:
        return sum(self.tall) + sum(self.above) + sum(self.under) + GAP * (len(self.tall) + 0.6)

    @property
    def cut(self) -> bool:
        """Whether a column is too narrow for some words."""
        lines = [line for words in self.words for line, *_ in words] + [
            line for lines in self.headings for line in lines
        ]
        return any(line.endswith("…") for line in lines)

    @classmethod
    def of(cls, edition: Edition, variant: Variant, column: float) -> Rows:
        layout, n = variant.layout, variant.layout.rows
        tall, under, labels, frames = [BAR] * n, [0.0] * n, [0.0] * n, [0.0] * n
        words = [_words(edition, variant, box, column) for box in layout.boxes]
        for box, lines in zip(layout.boxes, words, strict=True):
            tall[box.row] = max(tall[box.row], LETTERS * len(lines) + PAD if lines else BAR)
            for row in [layout.boxes[head].row for head, _ in box.entries] + [box.row] * (
                box.kind == "choice" and bool(box.bypass)
            ):
                labels[row] = HEADING + 0.5
        headings = [_heading(edition, variant, frame, column) for frame in layout.frames]
        for i, frame in enumerate(layout.frames):
            rows = [layout.boxes[place].row for place in frame.boxes]
            frames[min(rows)] = max(frames[min(rows)], over(layout, headings, i))
            under[max(rows)] = 1.5
        return cls(tall, [a + b for a, b in zip(labels, frames, strict=True)], under, words, headings)


def over(layout: Layout, headings: list[list[str]], i: int) -> float:
    """How far a frame reaches above its first box, for its own heading and those of frames inside that begin there."""
    frame = layout.frames[i]
    inside = [j for j in range(i) if inner(layout.frames[j], frame) and layout.frames[j].boxes[0] == frame.boxes[0]]
    return sum(HEADING * len(headings[j]) + 0.8 for j in (*inside, i))


def inner(one: Frame, other: Frame) -> bool:
    """Whether a frame lies inside one that stands behind it in the list."""
    return set(one.boxes) <= set(other.boxes)


def across(layout: Layout, box: Box, column: float) -> tuple[float, float]:
    """The centre of a box and half its width, from the left of the lanes."""
    widths = layout.columns()
    lanes = list(widths)
    start = {lane: sum(widths[other] for other in lanes[: lanes.index(lane)]) for lane in lanes}
    xs = [(start[cell.lane] + cell.column + 0.5) * column for cell in box.cells]
    if box.kind in BARS:
        return (max(xs) + min(xs)) / 2, (max(xs) - min(xs)) / 2 + column * 0.3
    return xs[0], (column - SIDE) / 2


def entered(layout: Layout, place: int, column: float) -> float | None:
    """Where the leftmost arrow comes down on a box; None where the process begins with it."""
    x, half = across(layout, layout.boxes[place], column)
    bar = layout.boxes[place].kind in BARS
    froms = [
        across(layout, layout.boxes[link.of], column)[0]
        for link in layout.links
        if link.to == place and not link.rework
    ]
    return min((min(max(of, x - half), x + half) if bar else x for of in froms), default=None)


def _labelled(layout: Layout, box: Box) -> list[int]:
    """Rows over which a choice has labels: those of its branches, and its own where some cases take none."""
    return [layout.boxes[head].row for head, _ in box.entries] + ([box.row] if box.bypass else [])


def _heading(edition: Edition, variant: Variant, frame: Frame, column: float) -> list[str]:
    """On as many lines as it needs left of the arrow that comes down on the frame's first box."""
    layout = variant.layout
    spans = [across(layout, layout.boxes[place], column) for place in frame.boxes]
    left, right = min(x - half for x, half in spans), max(x + half for x, half in spans)
    arrow = entered(layout, frame.boxes[0], column)
    room = (right if arrow is None else arrow) - left
    return wrapped(edition.say(step_words.only(variant.model, frame.optional)), TINY, max(room, 6.0), lines=3)


def _words(edition: Edition, variant: Variant, box: Box, column: float) -> Words:
    """The lines of a box."""
    if box.element is None or box.kind in BARS:
        return []
    model: Model = variant.model
    tag = TAG if (box.element.id or "") in variant.tags else 0.0
    room, ink = column - SIDE - 1.2 - sum(inset(box.kind)) - tag, PAPER if box.kind == "mark" else INK
    names = wrapped(edition.say(step_words.name(box.element, model)), SMALL, room, lines=4)
    below = edition.say(step_words.details(box.element, model))
    small: Iterable[str] = wrapped(below, TINY, room, lines=4) if below else []
    return [(line, SMALL, ink) for line in names] + [(line, TINY, SOFT) for line in small]
