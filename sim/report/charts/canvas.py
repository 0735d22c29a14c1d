"""A sheet to draw on: sizes in millimetres, a font with Chinese glyphs, the same bytes for the same picture."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.report.typography import cleaned

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, FAINT, PAPER = "#1a1a1a", "#5b5b5b", "#c9c9c9", "#ffffff"
SCENARIOS = ("#9a9a9a", "#1f4e79", "#d98200", "#3d8b6e", "#7d4f9e")
"""The first scenario is grey, so that what changes stands out; greys of different darkness in a grey print."""
LINES: tuple[Any, ...] = ((0, (4, 1.6)), "solid", (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (8, 2)))

MM = 1 / 25.4
SMALL, NORMAL, TITLE = 6.5, 7.5, 9.5
_DPI = 200
_MISSING_GLYPH = "〓"  # what Chinese printers set for a type they lack
_LONGEST = 80
_STAMP_MM = 5.2


class Picture(NamedTuple):
    """One chart in both formats, with the words for those who do not see it."""

    png: bytes
    svg: bytes
    alt: str
    width_mm: float
    height_mm: float


@cache
def _families() -> tuple[str, ...]:
    """The font that the package brings, then matplotlib's own for the rest."""
    from matplotlib import font_manager
    from pylopdf_fonts_zh_cn import sans_path

    font_manager.fontManager.addfont(sans_path())
    return font_manager.FontProperties(fname=sans_path()).get_name(), "DejaVu Sans"


@cache
def _glyphs() -> frozenset[int]:
    """Every character that one of the fonts can draw."""
    import matplotlib
    from matplotlib.ft2font import FT2Font
    from pylopdf_fonts_zh_cn import sans_path

    own = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    return frozenset(code for path in (sans_path(), own) for code in FT2Font(str(path)).get_charmap())


def drawable(text: str, *, longest: int = _LONGEST) -> str:
    """A text that the fonts can draw: without what cannot be seen, and with 〓 for a character that no font has."""
    lines = [cleaned(line, longest=longest) for line in text.split("\n")]
    return "\n".join("".join(c if ord(c) in _glyphs() else _MISSING_GLYPH for c in line) for line in lines)


@contextmanager
def settings() -> Iterator[None]:
    """matplotlib as charts need it, whatever the user's own settings; nothing global stays changed."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": list(_families()),
                "font.size": NORMAL,
                "axes.unicode_minus": False,
                "text.parse_math": False,  # a step may be named $x$
                "svg.fonttype": "path",
                "svg.hashsalt": "shixian",
                "path.simplify": False,
                "hatch.linewidth": 0.5,
                "axes.linewidth": 0.6,
                "axes.edgecolor": SOFT,
                "axes.labelcolor": INK,
                "xtick.color": INK,
                "ytick.color": INK,
                "text.color": INK,
            }
        )
        yield


class Sheet:
    """A figure of fixed size with a title above and the stamp below; ``axes`` places plots by millimetres."""

    def __init__(self, width_mm: float, height_mm: float, title: str, *, stamp: str = "", note: str = "") -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width_mm, height_mm
        self.figure: Figure = Figure(figsize=(width_mm * MM, height_mm * MM), facecolor=PAPER)
        self.title = drawable(title)
        self.text(0, height_mm - 0.8, title, size=TITLE, va="top", bold=True)
        if stamp:
            self._stamp(stamp)
        if note:
            self.text(width_mm, 1.0, note, size=SMALL, color=SOFT, ha="right", va="bottom")

    @property
    def bottom(self) -> float:
        """Where the stamp's line ends, in millimetres."""
        return _STAMP_MM

    def _stamp(self, stamp: str) -> None:
        frame = {"boxstyle": "square,pad=0.25", "facecolor": PAPER, "edgecolor": INK, "linewidth": 0.6}
        self.text(1.2, 1.3, stamp, size=SMALL, va="bottom", bbox=frame)

    def text(self, x_mm: float, y_mm: float, text: str, *, bold: bool = False, **style: Any) -> Any:
        """Text at millimetres from the lower left corner."""
        size = style.pop("size", NORMAL)
        drawn = self.figure.text(x_mm / self.width, y_mm / self.height, drawable(text), fontsize=size, **style)
        if bold:
            embolden(drawn, size)
        return drawn

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """A plot at millimetres from the lower left corner, with an open frame."""
        axes = self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(length=2, width=0.6, pad=2, labelsize=NORMAL)
        return axes

    def legend(self, handles: Sequence[Any], names: Sequence[str]) -> None:
        """On the line of the stamp, at the right."""
        self.figure.legend(
            handles,
            [drawable(shortened(name, SMALL, 45)) for name in names],
            loc="lower right",
            bbox_to_anchor=(1.0, 0.2 / self.height),
            ncols=len(names),
            frameon=False,
            fontsize=SMALL,
            borderaxespad=0,
            borderpad=0.2,
            handlelength=2.2,
            handletextpad=0.5,
            columnspacing=1.4,
        )

    def key(self, entries: Sequence[tuple[str, str, Any]]) -> None:
        """Which line is which scenario: above the stamp's line on a narrow sheet, beside the stamp on a wide one."""
        from matplotlib.lines import Line2D

        y, left = (7.6, 1.0) if self.width < 120 else (2.6, 92.0)
        room = (self.width - left) / len(entries)
        for i, (name, color, line) in enumerate(entries):
            x = left + room * i
            at = [x / self.width, (x + 7) / self.width]
            self.figure.add_artist(Line2D(at, [y / self.height] * 2, color=color, ls=line, lw=2.0))
            self.text(x + 8.2, y, shortened(name, SMALL, room - 10), size=SMALL, va="center")

    def picture(self, alt: str) -> Picture:
        """Both formats; neither holds a date or anything of this machine."""
        png, svg = io.BytesIO(), io.BytesIO()
        self.figure.savefig(png, format="png", dpi=_DPI, metadata={"Software": None})
        self.figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        return Picture(png.getvalue(), svg.getvalue(), alt, self.width, self.height)


def embolden(drawn: Any, size: float) -> None:
    """The font comes in one weight; a thin outline of the same colour makes it stronger."""
    from matplotlib.patheffects import withStroke

    drawn.set_path_effects([withStroke(linewidth=size / 22, foreground=drawn.get_color())])


@cache
def width_mm(text: str, size: float) -> float:
    """How wide a line of text is drawn."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        drawable(text), FontProperties(family=list(_families()), size=size), False
    )
    return width / 72 / MM


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


def _pieces(text: str) -> Iterator[str]:
    """Words with the space behind them; a wide character is a piece, with the punctuation that may not begin a line."""
    piece = ""
    for char in text:
        if char in "，。；：、）》”！？…":
            yield piece + char
            piece = ""
        elif ord(char) > 0x2E7F:
            if piece:
                yield piece
            piece = char
            if char not in "（《“":
                continue
        elif piece and ord(piece[-1]) > 0x2E7F and piece[-1] not in "（《“":
            yield piece
            piece = char
        else:
            piece += char
            if char in " -/":
                yield piece
                piece = ""
    if piece:
        yield piece
