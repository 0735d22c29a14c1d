"""The key of a picture: every kind of mark that is drawn in it, with its meaning, in lines above the stamp."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sim.report.charts.canvas import LINES, PAPER, SCENARIOS, SMALL, SOFT, Sheet
from sim.report.charts.lettering import shortened, width_mm
from sim.report.edition import Edition

STAMP_LINE, LINE = 6.0, 3.9
"""The height of the stamp's line, which is the lowest, and of each line of the key above it."""
_WIDE, _GAP, _APART = 7.0, 1.2, 4.0


class Sign(NamedTuple):
    """A mark and what it means; ``draw`` is given the left end of its place and its middle height."""

    words: str
    draw: Callable[[Sheet, float, float], object]
    wide: float = _WIDE

    @property
    def room(self) -> float:
        return self.wide + _GAP + width_mm(self.words, SMALL)


def stroke(words: str, **style: Any) -> Sign:
    """A line from left to right."""
    return Sign(words, lambda sheet, x, y: sheet.line([(x, y), (x + _WIDE, y)], **style))


def upright(words: str, **style: Any) -> Sign:
    """A line that stands."""
    return Sign(words, lambda sheet, x, y: sheet.line([(x + 1, y - 1.5), (x + 1, y + 1.5)], **style), 2.0)


def dot(words: str, **style: Any) -> Sign:
    """A marker of matplotlib's."""
    return Sign(words, lambda sheet, x, y: sheet.line([(x + 1.2, y)], lw=0, **style), 2.4)


def swatch(words: str, **style: Any) -> Sign:
    """A box of a colour or hatching."""
    wide = 4.6
    return Sign(words, lambda sheet, x, y: sheet.rectangle(x, y - 1.3, wide, 2.6, **style), wide)


def scenario_lines(edition: Edition) -> list[Sign]:
    """Which line is which scenario."""
    return [
        stroke(edition.scenario_name(s.id), color=scenario_color(i), ls=LINES[i % len(LINES)], lw=2.0)
        for i, s in enumerate(edition.result.scenarios)
    ]


def scenario_bars(edition: Edition) -> list[Sign]:
    """Which bar is which scenario."""
    return [
        swatch(edition.scenario_name(s.id), facecolor=scenario_color(i), edgecolor=PAPER, lw=0.3)
        for i, s in enumerate(edition.result.scenarios)
    ]


def scenario_color(i: int) -> str:
    return SCENARIOS[i % len(SCENARIOS)]


class Key:
    """Signs laid out in lines; groups begin a line, with their heading in a column of its own."""

    def __init__(self, width: float, groups: Iterable[tuple[str, Sequence[Sign]]], *, headings: float = 0.0) -> None:
        self.width, self.headings = width, headings
        self.lines: list[tuple[str, list[Sign]]] = []
        for heading, signs in groups:
            self._group(heading, [self._fitting(sign) for sign in signs])

    @property
    def height(self) -> float:
        """That of the stamp's line and of its own."""
        return STAMP_LINE + LINE * len(self.lines)

    def draw(self, sheet: Sheet) -> None:
        for row, (heading, signs) in enumerate(reversed(self.lines)):
            y, x = STAMP_LINE + LINE * (row + 0.5), self.headings + 1.0
            if heading:
                sheet.text(0, y, shortened(heading, SMALL, self.headings - 2), size=SMALL, va="center", color=SOFT)
            for sign in signs:
                sign.draw(sheet, x, y)
                sheet.text(x + sign.wide + _GAP, y, sign.words, size=SMALL, va="center")
                x += sign.room + _APART

    def _fitting(self, sign: Sign) -> Sign:
        room = self.width - self.headings - 1.0 - sign.wide - _GAP
        return sign._replace(words=shortened(sign.words, SMALL, room))

    def _group(self, heading: str, signs: Sequence[Sign]) -> None:
        x = self.width
        for sign in signs:
            if x + sign.room > self.width:
                self.lines.append((heading, []))
                heading, x = "", self.headings + 1.0
            self.lines[-1][1].append(sign)
            x += sign.room + _APART
