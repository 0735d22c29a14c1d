"""Words for pictures: what can be drawn of them, how wide a line is, where it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sim.report.charts.outlines import UNITS, glyphs, width
from sim.report.typography import cleaned

MM_PER_POINT = 25.4 / 72
_MISSING_GLYPH = "〓"  # what Chinese printers set for a type they lack
_LONGEST = 300
_OPENING, _CLOSING = "（《“([", "，。；：、）》”！？…,.;:)]%"


def drawable(text: str, *, longest: int = _LONGEST) -> str:
    """A text that the fonts can draw: without what cannot be seen, and with 〓 for a character that no font has."""
    lines = [cleaned(line, longest=longest) for line in text.split("\n")]
    return "\n".join("".join(c if ord(c) in glyphs() else _MISSING_GLYPH for c in line) for line in lines)


@cache
def width_mm(text: str, size: float) -> float:
    """How wide a line of text is drawn."""
    return width(drawable(text)) / UNITS * size * MM_PER_POINT


def wrapped(text: str, size: float, within_mm: float, *, lines: int = 2) -> list[str]:
    """Lines that fit a width and are about as long as each other; what is left over ends in an ellipsis."""
    found = _broken(text, size, within_mm)
    if len(found) > lines:
        found = [*found[: lines - 1], "".join(found[lines - 1 :])]
    elif len(found) > 1:  # no single character is left for the last line
        narrower = (within_mm * part / 20 for part in range(10, 20))
        found = next((even for w in narrower if len(even := _broken(text, size, w)) == len(found)), found)
    return [shortened(line.strip(), size, within_mm) for line in found]


def _broken(text: str, size: float, within_mm: float) -> list[str]:
    """Lines broken between words or wide characters; a word may be too long."""
    found = [""]
    for piece in _pieces(text):
        if width_mm(found[-1] + piece.rstrip(), size) <= within_mm or not found[-1]:
            found[-1] += piece
        else:
            found.append(piece)
    return found


def shortened(text: str, size: float, within_mm: float) -> str:
    """A line that fits, with an ellipsis where it was cut."""
    if width_mm(text, size) <= within_mm:
        return text
    while text and width_mm(text + "…", size) > within_mm:
        text = text[:-1]
    return text + "…"


def fitted(text: str, size: float, least: float, within_mm: float) -> tuple[str, float]:
    """A line and the size, no smaller than the least, in which it fits; it is cut where it does not."""
    size = max(least, min(size, size * within_mm / max(width_mm(text, size), within_mm)))
    return shortened(text, size, within_mm + 0.1), size


def _pieces(text: str) -> Iterator[str]:
    """Words with what is behind them; a wide character is a piece, with the marks that may not be parted from it."""
    piece = ""
    for char in text:
        begins = _is_wide(char) or char in _OPENING or (piece and _is_wide(piece[-1]))
        if piece and begins and piece[-1] not in _OPENING and char not in _CLOSING:
            yield piece
            piece = ""
        piece += char
        if char in " -/":
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(char: str) -> bool:
    return ord(char) > 0x2E7F
