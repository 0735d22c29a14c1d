"""One form of a process drawn on a sheet; lengths are millimetres from the sheet's lower left corner."""

from __future__ import annotations

from typing import NamedTuple

from sim.model.clocks import SUSPENDED
from sim.model.process import Choice
from sim.report.charts import marks, step_words
from sim.report.charts.canvas import NORMAL, SMALL, SOFT, Sheet
from sim.report.charts.lanes import Box, Link
from sim.report.charts.lettering import fitted, shortened, width_mm, wrapped
from sim.report.charts.rows import (
    BAR,
    BARS,
    GAP,
    HEADING,
    LETTERS,
    PAD,
    TAG,
    TINY,
    Rows,
    Words,
    across,
    entered,
    inner,
    inset,
    over,
)  # fmt: skip
from sim.report.charts.variants import Variant
from sim.report.edition import Edition

HEAD, BETWEEN = 9.5, 5.0
_LANES = ("#e6eff8", "#fdf1e2", "#e7f3ed", "#f0ecf7", "#f1f1f1")


class _Spot(NamedTuple):
    """Where a box is drawn: its centre, its half width, top and bottom."""

    x: float
    half: float
    top: float
    bottom: float

    def at(self, share: float) -> float:
        """A height between bottom (0) and top (1)."""
        return self.bottom + (self.top - self.bottom) * share


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
        y = top - HEAD - GAP
        for tall, above, under in zip(rows.tall, rows.above, rows.under, strict=True):
            self.tops.append(y - above)
            y -= above + tall + under + GAP
        self.bottom = y + GAP * 0.4
        self.spots = [self._spot(i, box) for i, box in enumerate(self.layout.boxes)]

    def draw(self) -> None:
        """Lanes, frames, links and boxes, each over those before."""
        self._lanes()
        for i in range(len(self.layout.frames)):
            self._frame(i)
        for link in self.layout.links:
            if not link.rework:
                self._flow(link)
            elif self._straight(link):
                self._back(link)
            else:
                self._beside(link)
        for i, box in enumerate(self.layout.boxes):
            if box.kind in BARS:
                self._bar(i, box, self.spots[i])
            else:
                self._box(box, self.spots[i], self.rows.words[i])

    def _spot(self, place: int, box: Box) -> _Spot:
        top, tall = self.tops[box.row], self.rows.tall[box.row]
        x, half = across(self.layout, box, self.column)
        if box.kind in BARS:
            return _Spot(self.left + x, half, top, top - BAR)
        high, middle = (LETTERS * len(self.rows.words[place]) + PAD) / 2, top - tall / 2
        return _Spot(self.left + x, half, middle + high, middle - high)

    def _lanes(self) -> None:
        names = self.edition.choose("、", ", ").join(self.edition.scenario_name(s) for s in self.variant.scenarios)
        whole, size = fitted(names, NORMAL, TINY, self.column * sum(self.widths.values()) - 1)
        self.sheet.text(self.left + 0.3, self.top - 2.0, whole, bold=True, size=size, va="center")
        owners = [owner for owner in self.edition.folder.owner_names() if owner != SUSPENDED]
        for lane, width in self.widths.items():
            x, wide = self.left + self.start[lane] * self.column, width * self.column
            color = _LANES[owners.index(lane) % len(_LANES)] if lane in owners else _LANES[-1]
            tall = self.top - 4.2 - self.bottom
            self.sheet.rectangle(x + 0.3, self.bottom, wide - 0.6, tall, facecolor=color, lw=0, zorder=0)
            words = "\n".join(wrapped(self.edition.owner_name(lane), SMALL, wide - 2))
            self.sheet.text(x + wide / 2, self.top - 7.2, words, size=SMALL, ha="center", va="center", color=SOFT)

    def _frame(self, i: int) -> None:
        """Round what only some cases meet; frames inside others are a little smaller.

        Its heading stands left of the arrow that enters it.
        """
        frames, layout = self.layout.frames, self.layout
        spots = [self.spots[place] for place in frames[i].boxes]
        room = max(1.9 - 0.5 * sum(inner(frames[i], other) for other in frames[i + 1 :]), 0.6)
        left, right = min(s.x - s.half for s in spots) - room, max(s.x + s.half for s in spots) + room
        backs = [link for link in layout.links if link.share is not None and {link.of, link.to} <= set(frames[i].boxes)]
        right = max([right, *(self._beyond(link) for link in backs if self._straight(link))])
        row = min(layout.boxes[place].row for place in frames[i].boxes)
        top = self.tops[row] + over(layout, self.rows.headings, i)
        bottom = min(s.bottom for s in spots) - room * 0.55
        marks.frame(self.sheet, left, bottom, right - left, top - bottom)
        for number, line in enumerate(self.rows.headings[i]):
            y = top - 0.3 - HEADING * (number + 0.5)
            self.sheet.text(left + 0.6, y, line, size=TINY, va="center_baseline", color=SOFT, zorder=6)

    def _straight(self, link: Link) -> bool:
        return abs(self.spots[link.to].x - self.spots[link.of].x) < 1

    def _beyond(self, link: Link) -> float:
        """How far to the right a rework straight back reaches with its share."""
        of = self.spots[link.of]
        return of.x + of.half + 2.2 + width_mm(step_words.percent(link.share or 0.0), TINY)

    def _flow(self, link: Link) -> None:
        """Straight down where that is possible, else across just above the row that it leads to."""
        of, to = self.spots[link.of], self.spots[link.to]
        low, high = max(of.x - of.half, to.x - to.half), min(of.x + of.half, to.x + to.half)
        bars = [self.layout.boxes[place].kind in BARS for place in (link.of, link.to)]
        if abs(of.x - to.x) < 0.1 or (any(bars) and low < high):
            x = min(max(to.x if bars[0] else of.x, low), high)
            self.sheet.arrow([(x, of.bottom), (x, to.top)], **marks.FLOW)
        else:
            row = self.layout.boxes[link.to].row
            y = self.tops[row] + self.rows.above[row] + GAP * 0.55
            self.sheet.arrow([(of.x, of.bottom), (of.x, y), (to.x, y), (to.x, to.top)], **marks.FLOW)

    def _beside(self, link: Link) -> None:
        """A rework by way of another column: out at the upper third of a side, back at the lower third."""
        of, to = self.spots[link.of], self.spots[link.to]
        side = 1.0 if to.x > of.x else -1.0
        begin, end = of.x + side * of.half, to.x - side * to.half
        channel = begin + side * 1.4 if link.share is None else end - side * 1.5
        height, goal = (of.at(0.28), to.at(0.28)) if link.share is None else (of.at(0.72), to.at(0.72))
        if link.share is not None and to.bottom < height < to.top:
            goal = height
        self.sheet.arrow([(begin, height), (channel, height), (channel, goal), (end, goal)], **marks.BACK)
        if link.share is not None:
            self._share(link.share, begin + side * 0.3, height + 0.3, "left" if side > 0 else "right", "bottom")

    def _back(self, link: Link) -> None:
        """A rework straight back, round the right side."""
        of, to, share = self.spots[link.of], self.spots[link.to], link.share
        begin, end = (of.x + of.half, of.at(0.3)), (to.x + to.half, to.at(0.7))
        channel = begin[0] + 1.4
        self.sheet.arrow([begin, (channel, begin[1]), (channel, end[1]), end], **marks.BACK)
        if share is not None:
            self._share(share, channel + 0.3, (begin[1] + end[1]) / 2, "left", "center")

    def _share(self, share: float, x: float, y: float, ha: str, va: str) -> None:
        self.sheet.text(x, y, step_words.percent(share), size=TINY, ha=ha, va=va, color=SOFT, zorder=7)

    def _bar(self, place: int, box: Box, spot: _Spot) -> None:
        """A bar; at the beginning of a choice also which cases take a branch, and which take none."""
        choice, model = isinstance(box.element, Choice), self.variant.model
        by = box.element.by if isinstance(box.element, Choice) else None
        marks.bar(self.sheet, spot.x - spot.half, spot.bottom, 2 * spot.half, choice=choice)
        for head, branch in box.entries:
            words = shortened(self.edition.say(step_words.condition(model, by, branch)), TINY, self.column / 2 - 1.2)
            y = spot.bottom - 0.3 - HEADING / 2
            self.sheet.text(self.spots[head].x + 0.8, y, words, size=TINY, va="center_baseline", color=SOFT)
        if box.bypass:
            self._bypass(place, spot, self.edition.say(step_words.bypass(model, by, box.bypass)))

    def _bypass(self, place: int, spot: _Spot, words: str) -> None:
        """Over the bar of a choice, on the side of the arrow where there is more room."""
        left, right = spot.x - spot.half, spot.x + spot.half
        arrow = entered(self.layout, place, self.column)
        at = left if arrow is None else self.left + arrow
        x, ha, room = (right, "right", right - at) if right - at >= at - left else (left, "left", at - left)
        y = spot.top + 0.4 + HEADING / 2
        shown = shortened(words, TINY, room - 0.8)
        self.sheet.text(x, y, shown, size=TINY, ha=ha, va="center_baseline", color=SOFT)

    def _box(self, box: Box, spot: _Spot, words: Words) -> None:
        assert box.element is not None
        tag = self.variant.tags.get(box.element.id or "")
        left, wide, tall = spot.x - spot.half, 2 * spot.half, spot.top - spot.bottom
        strip = TAG if tag is not None else 0.0
        marks.box(self.sheet, box.kind, left, spot.bottom, wide, tall, strip=strip)
        if tag is not None:
            marks.tag(self.edition, self.sheet, tag, left, spot.bottom, tall)
        before, behind = inset(box.kind)
        middle = spot.x + (strip + before - behind) / 2
        y = spot.top - (PAD + LETTERS) / 2
        for text, size, color in words:
            self.sheet.text(middle, y, text, size=size, ha="center", va="center_baseline", color=color, zorder=6)
            y -= LETTERS
