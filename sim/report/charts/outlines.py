"""Letters as outlines: a line of text laid out once, whatever size it is drawn in, from words laid out once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.path import Path as Outline

_SIZE, _PARTS = 100, 64
UNITS = _SIZE * _PARTS
"""The size in which letters are laid out, in FreeType's own whole numbers: nothing is fitted to dots."""
_WIDE = "一"
_WORDS = re.compile(r"[^\s\u2e80-\uffff]+|.", re.DOTALL)
"""What is shaped together: neither a blank nor a wide character moves nearer to its neighbours."""
_STROKES = {1: "M", 2: "L", 3: "Q", 4: "C"}


class _Letter(NamedTuple):
    """The points of a letter's outline and what each is, its element of SVG, how far down and up it reaches."""

    points: NDArray[np.float64]
    codes: NDArray[np.uint8]
    svg: str
    low: float
    high: float


class Line(NamedTuple):
    """A line of text: lengths; one outline; the elements of SVG that define its letters and that place them."""

    width: float
    height: float
    descent: float
    outline: Outline
    letters: dict[str, str]
    uses: str


class _Word(NamedTuple):
    width: float
    placed: tuple[tuple[str, float, float], ...]


_LETTERS: dict[str, _Letter] = {}
"""Every letter that was laid out, by its id."""


@cache
def families() -> tuple[str, ...]:
    """The font that the package brings, then matplotlib's own for the rest."""
    from matplotlib import font_manager

    own = _paths()[0]
    font_manager.fontManager.addfont(own)
    return font_manager.FontProperties(fname=own).get_name(), "DejaVu Sans"


@cache
def glyphs() -> frozenset[int]:
    """Every character that one of the fonts can draw."""
    from matplotlib.ft2font import FT2Font

    return frozenset(code for path in _paths() for code in FT2Font(path).get_charmap())


@cache
def width(text: str) -> float:
    """How wide a line of text is."""
    return sum(_word(word).width for word in _WORDS.findall(text))


@cache
def line(text: str) -> Line:
    """A line of text laid out."""
    from matplotlib.path import Path as Outline

    placed, end = [], 0.0
    for word in _WORDS.findall(text):
        placed += [(id_, end + x, y) for id_, x, y in _word(word).placed]
        end += _word(word).width
    if not placed:
        return Line(end, 0.0, 0.0, Outline(np.empty((0, 2))), {}, "")
    drawn = [_LETTERS[id_] for id_, *_ in placed]
    points = np.concatenate([letter.points + at for letter, (_, *at) in zip(drawn, placed, strict=True)])
    codes = np.concatenate([letter.codes for letter in drawn])
    low = min(y + letter.low for letter, (*_, y) in zip(drawn, placed, strict=True))
    high = max(y + letter.high for letter, (*_, y) in zip(drawn, placed, strict=True))
    uses = (f'<use xlink:href="#{id_}" x="{x:.0f}" y="{y:.0f}"/>\n'.replace(' y="0"', "") for id_, x, y in placed)
    letters = {id_: _LETTERS[id_].svg for id_, *_ in placed}
    return Line(end, high - low, -low, Outline(points, codes), letters, "".join(uses))


@cache
def _paths() -> tuple[str, str]:
    import matplotlib
    from pylopdf_fonts_zh_cn import sans_path

    return str(sans_path()), str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))


@cache
def _word(text: str) -> _Word:
    """A word laid out; its width is where a wide character behind it would stand."""
    from matplotlib.font_manager import get_font
    from matplotlib.path import Path as Outline
    from matplotlib.textpath import text_to_path

    font = get_font(_paths())
    font.set_size(_SIZE, 72)  # others may have set it since
    found, outlines, _ = text_to_path.get_glyphs_with_font(font, text + _WIDE)
    for id_, (points, codes) in outlines.items():
        if id_ not in _LETTERS and len(points):
            whole = points * _PARTS
            heights = whole[codes != Outline.CLOSEPOLY, 1]
            _LETTERS[id_] = _Letter(whole, codes, _svg(id_, Outline(whole, codes)), heights.min(), heights.max())
    *placed, end = [(id_, x * _PARTS, y * _PARTS) for id_, x, y, _ in found]
    return _Word(end[1], tuple(each for each in placed if each[0] in _LETTERS))


def _svg(id_: str, outline: Outline) -> str:
    strokes = (
        "z" if code == outline.CLOSEPOLY else _STROKES[int(code)] + " ".join(f"{number:.0f}" for number in points)
        for points, code in outline.iter_segments(simplify=False)
    )
    return f'<path id="{id_}" d="{"".join(strokes)}"/>\n'
