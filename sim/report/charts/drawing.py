"""One form of a process drawn on a sheet; lengths are millimetres from the sheet's lower left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.model.base import Model
from sim.model.clocks import SUSPENDED
from sim.model.process import Choice
from sim.report.charts import step_words
from sim.report.charts.canvas import INK, NORMAL, PAPER, SMALL, SOFT, Sheet
from sim.report.charts.lanes import Box, Cell, Link
from sim.report.charts.lettering import shortened, wrapped
from sim.report.charts.variants import Tag, Variant
from sim.report.edition import Edition

HEAD, BETWEEN, TINY = 9.5, 5.0, 5.6
_GAP, _BAR, _LINE, _PAD, _SIDE, _LABEL = 2.4, 1.0, 2.6, 1.3, 5.8, 2.7
"""Between rows; a bar; a line of text; inside a box; between columns; the heading of a frame."""
_BARS = ("fork", "choice", "join")
_LANES = ("#e6eff8", "#fdf1e2", "#e7f3ed", "#f0ecf7", "#f1f1f1")
_TAGS: dict[Tag, tuple[str, str]] = {"new": ("新", "new"), "changed": ("改", "changed"), "gone": ("取消", "gone")}

_Words = list[tuple[str, float, str]]


class _Spot(NamedTuple):
    """Where a box is drawn: its centre, its half width, top and bottom."""

    x: float
    half: float
    top: float
    bottom: float

    def at(self, share: float) -> float:
        """A height between bottom (0) and top (1)."""
        return self.bottom + (self.top - self.bottom) * share


@dataclass(frozen=True)
class Rows:
    """How tall each row is, and the room above it for the headings of frames that begin there."""

    tall: list[float]
    above: list[float]
    words: list[_Words]
    """The lines of each box."""

    @property
    def height(self) -> float:
        return sum(self.tall) + sum(self.above) + _GAP * (len(self.tall) + 0.6)

    @classmethod
    def of(cls, edition: Edition, variant: Variant, column: float) -> Rows:
        layout = variant.layout
        tall, above = [_BAR] * layout.rows, [0.0] * layout.rows
        words: list[_Words] = []
        for box in layout.boxes:
            words.append(_words(edition, variant.model, box, column))
            inside = 1.8 if box.kind == "choice" else _LINE * len(words[-1]) + _PAD
            tall[box.row] = max(tall[box.row], inside if words[-1] or box.kind == "choice" else _BAR)
        for frame in layout.frames:
            row = min((layout.boxes[i].row for i in frame.boxes), default=0)
            above[row] += _LABEL
        return cls(tall, above, words)


def _words(edition: Edition, model: Model, box: Box, column: float) -> _Words:
    """The lines of a box, with their size and colour."""
    if box.element is None or box.kind in _BARS:
        return []
    room, ink = column - _SIDE - 1.4, PAPER if box.kind == "mark" else INK
    names = wrapped(edition.say(step_words.name(box.element, model)), SMALL, room, lines=3)
    below = edition.say(step_words.details(box.element, model))
    small = wrapped(below, TINY, room) if below else []
    return [(line, SMALL, ink) for line in names] + [(line, TINY, SOFT) for line in small]


class Drawing:
    """A form of a process at its place on the sheet: ``top`` and ``left`` of its lanes, the width of a column."""

    def __init__(
        self, edition: Edition, sheet: Sheet, variant: Variant, rows: Rows, left: float, top: float, column: float
    ) -> None:
        self.edition, self.sheet, self.variant, self.rows = edition, sheet, variant, rows
        self.left, self.top, self.column = left, top, column
        self.layout, self.widths = variant.layout, variant.layout.columns()
        self.start: dict[str, int] = {}
        for lane in self.widths:
            self.start[lane] = sum(self.widths[other] for other in self.start)
        self.tops: list[float] = []
        y = top - HEAD - _GAP
        for tall, above in zip(rows.tall, rows.above, strict=True):
            self.tops.append(y - above)
            y -= above + tall + _GAP
        self.bottom = y + _GAP * 0.4
        self.spots = [self._spot(i, box) for i, box in enumerate(self.layout.boxes)]

    def draw(self) -> None:
        """Lanes, frames, links and boxes, each over those before."""
        self._lanes()
        self._frames()
        for link in self.layout.links:
            if not link.rework:
                self._flow(link)
            elif abs(self.spots[link.to].x - self.spots[link.of].x) < 1:
                self._back(link)
            else:
                self._beside(link)
        for i, box in enumerate(self.layout.boxes):
            if box.kind in _BARS:
                self._bar(box, self.spots[i])
            else:
                self._box(box, self.spots[i], self.rows.words[i])

    def _x(self, cell: Cell) -> float:
        return self.left + (self.start[cell.lane] + cell.column + 0.5) * self.column

    def _spot(self, place: int, box: Box) -> _Spot:
        top, tall = self.tops[box.row], self.rows.tall[box.row]
        xs = [self._x(cell) for cell in box.cells]
        if box.kind in _BARS:
            return _Spot((max(xs) + min(xs)) / 2, (max(xs) - min(xs)) / 2 + self.column * 0.3, top, top - _BAR)
        half, middle = (_LINE * len(self.rows.words[place]) + _PAD) / 2, top - tall / 2
        return _Spot(xs[0], (self.column - _SIDE) / 2, middle + half, middle - half)

    def _lanes(self) -> None:
        names = self.edition.choose("、", ", ").join(self.edition.scenario_name(s) for s in self.variant.scenarios)
        whole = shortened(names, NORMAL, self.column * sum(self.widths.values()))
        self.sheet.text(self.left, self.top - 2.0, whole, bold=True, va="center")
        owners = [owner for owner in self.edition.folder.owner_names() if owner != SUSPENDED]
        for lane, width in self.widths.items():
            x, wide = self.left + self.start[lane] * self.column, width * self.column
            color = _LANES[owners.index(lane) % len(_LANES)] if lane in owners else _LANES[-1]
            tall = self.top - 4.2 - self.bottom
            self.sheet.rectangle(x + 0.3, self.bottom, wide - 0.6, tall, facecolor=color, lw=0, zorder=0)
            words = "\n".join(wrapped(self.edition.owner_name(lane), SMALL, wide - 2))
            self.sheet.text(x + wide / 2, self.top - 7.2, words, size=SMALL, ha="center", va="center", color=SOFT)

    def _frames(self) -> None:
        """A dashed line round what only some cases meet; frames inside others are a little smaller."""
        for i, frame in enumerate(self.layout.frames):
            spots = [self.spots[place] for place in frame.boxes]
            around = sum(set(frame.boxes) < set(other.boxes) for other in self.layout.frames[i + 1 :])
            within = sum(set(other.boxes) < set(frame.boxes) for other in self.layout.frames[:i])
            room = max(1.9 - 0.6 * around, 0.6)
            left, right = min(s.x - s.half for s in spots) - room, max(s.x + s.half for s in spots) + room
            row = min(self.layout.boxes[place].row for place in frame.boxes)
            top = self.tops[row] + 0.6 + _LABEL * (1 + within)
            bottom = min(s.bottom for s in spots) - room * 0.55
            style = {"facecolor": "none", "edgecolor": SOFT, "ls": (0, (2, 1.5)), "lw": 0.6, "zorder": 1}
            self.sheet.rectangle(left, bottom, right - left, top - bottom, **style)
            words = shortened(self.edition.say(step_words.only(frame.optional)), TINY, right - left - 1)
            back = {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85}
            self.sheet.text(left + 0.6, top - 0.45, words, size=TINY, va="top", color=SOFT, bbox=back, zorder=6)

    def _flow(self, link: Link) -> None:
        """Straight down where that is possible, else across just above the row that it leads to."""
        of, to = self.spots[link.of], self.spots[link.to]
        low, high = max(of.x - of.half, to.x - to.half), min(of.x + of.half, to.x + to.half)
        bars = [self.layout.boxes[place].kind in _BARS for place in (link.of, link.to)]
        if abs(of.x - to.x) < 0.1 or (any(bars) and low < high):
            x = min(max(to.x if bars[0] else of.x, low), high)
            self._arrow([(x, of.bottom), (x, to.top)])
        else:
            row = self.layout.boxes[link.to].row
            y = self.tops[row] + self.rows.above[row] + _GAP * 0.6
            self._arrow([(of.x, of.bottom), (of.x, y), (to.x, y), (to.x, to.top)])

    def _beside(self, link: Link) -> None:
        """A rework by way of another column: out at the upper third of a side, back at the lower third."""
        of, to = self.spots[link.of], self.spots[link.to]
        side = 1.0 if to.x > of.x else -1.0
        begin, end = of.x + side * of.half, to.x - side * to.half
        channel = begin + side * 1.4 if link.share is None else end - side * 1.4
        height, goal = (of.at(0.28), to.at(0.28)) if link.share is None else (of.at(0.72), to.at(0.72))
        if link.share is not None and to.bottom < height < to.top:
            goal = height
        self._arrow([(begin, height), (channel, height), (channel, goal), (end, goal)], dashed=True)
        if link.share is not None:
            self._share(link.share, begin + side * 0.5, height + 0.25, "left" if side > 0 else "right", "bottom")

    def _back(self, link: Link) -> None:
        """A rework straight back, round the right side."""
        of, to, share = self.spots[link.of], self.spots[link.to], link.share
        begin, end = (of.x + of.half, of.at(0.3)), (to.x + to.half, to.at(0.7))
        channel = begin[0] + 1.4
        self._arrow([begin, (channel, begin[1]), (channel, end[1]), end], dashed=True)
        if share is not None:
            self._share(share, channel + 0.3, (begin[1] + end[1]) / 2, "left", "center")

    def _share(self, share: float, x: float, y: float, ha: str, va: str) -> None:
        self.sheet.text(x, y, f"{100 * share:g}%", size=TINY, ha=ha, va=va, color=SOFT, zorder=7)

    def _arrow(self, points: list[tuple[float, float]], *, dashed: bool = False) -> None:
        line = (0, (2, 1.3)) if dashed else "solid"
        self.sheet.arrow(points, color=SOFT if dashed else INK, zorder=3, lw=0.7, ls=line)

    def _bar(self, box: Box, spot: _Spot) -> None:
        """Black for branches side by side, white for a choice; which cases take a branch stands below."""
        face = PAPER if box.kind == "choice" else INK
        self.sheet.rectangle(
            spot.x - spot.half, spot.bottom, 2 * spot.half, _BAR, facecolor=face, edgecolor=INK, lw=0.7, zorder=4
        )
        if not isinstance(box.element, Choice):
            return
        for head, branch in box.entries:
            words = shortened(self.edition.say(step_words.condition(branch)), TINY, self.column / 2 - 0.5)
            self.sheet.text(self.spots[head].x + 0.8, spot.bottom - 0.4, words, size=TINY, va="top", color=SOFT)
        which = [self.edition.say(step_words.condition(branch)) for branch in box.bypass]
        if which:
            words = self.edition.choose("、".join(which) + "：直接下一步", f"{', '.join(which)}: straight on")
            words = shortened(words, TINY, 2 * spot.half)
            self.sheet.text(spot.x + spot.half, spot.top + 0.3, words, size=TINY, ha="right", color=SOFT)

    def _box(self, box: Box, spot: _Spot, words: _Words) -> None:
        assert box.element is not None
        tag = self.variant.tags.get(box.element.id or "")
        edge, weight = (INK, 1.5) if tag in ("new", "changed") else (SOFT, 0.7)
        left, wide, tall = spot.x - spot.half, 2 * spot.half, spot.top - spot.bottom
        face = INK if box.kind == "mark" else PAPER
        line = (0, (2.2, 1.4)) if box.kind == "wait" else "solid"
        self.sheet.rectangle(
            left, spot.bottom, wide, tall, facecolor=face, edgecolor=edge, ls=line, lw=weight, zorder=4
        )
        if box.kind == "session":
            inner = {"facecolor": "none", "edgecolor": edge, "lw": 0.5, "zorder": 5}
            self.sheet.rectangle(left + 0.5, spot.bottom + 0.5, wide - 1, tall - 1, **inner)
        for x in {"call": (left + 0.8, left + wide - 0.8), "spawn": (left + 0.8,)}.get(box.kind, ()):
            self.sheet.line([(x, spot.bottom), (x, spot.top)], color=edge, lw=0.7, zorder=5)
        y = spot.top - (_PAD + _LINE) / 2
        for text, size, color in words:
            self.sheet.text(spot.x, y, text, size=size, ha="center", va="center_baseline", color=color, zorder=6)
            y -= _LINE
        if tag is not None:
            box_style = {"boxstyle": "square,pad=0.12", "facecolor": INK, "edgecolor": "none"}
            label = self.edition.choose(*_TAGS[tag])
            self.sheet.text(
                left + wide, spot.top, label, size=TINY, ha="right", va="center", color=PAPER, bbox=box_style, zorder=8
            )
