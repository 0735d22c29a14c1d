"""A sheet to draw on: sizes in millimetres, a font with Chinese glyphs, the same bytes for the same picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.report.charts.lettering import drawable, fitted, shortened
from sim.report.charts.outlines import families

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, FAINT, PAPER = "#1a1a1a", "#5b5b5b", "#c9c9c9", "#ffffff"
SCENARIOS = ("#8f8f8f", "#1f4e79", "#f0a830", "#3a866a", "#7d4f9e")
"""The first scenario is grey, so that what changes stands out; five different darknesses in a grey print."""
LINES: tuple[Any, ...] = ((0, (4, 1.6)), "solid", (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (8, 2)))

MM = 1 / 25.4
PAGE, HALF, TALLEST = 182.0, 88.0, 262.0
"""The width of a printed page between its margins, of two pictures side by side on it, and what it has in height."""
SMALL, NORMAL, TITLE = 6.5, 7.5, 9.5
HEAD = 8.6
"""The height of the title, which tells the finding, and of the line below it, which tells what is drawn."""
_HEAD_LONG, _HEAD_WIDE = 1.2, 1.0

Point = tuple[float, float]


class Picture(NamedTuple):
    """One chart in both formats, with the words for those who do not see it."""

    png: bytes
    svg: bytes
    alt: str
    width_mm: float
    height_mm: float
    """As it is printed: what would be taller than a page is made smaller."""


@contextmanager
def settings() -> Iterator[None]:
    """matplotlib as charts need it, whatever the user's own settings; nothing global stays changed."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": list(families()),
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
    """A figure of fixed size: above, the finding and what is drawn; below, the stamp.

    ``axes`` places plots by millimetres.
    """

    def __init__(self, width_mm: float, height_mm: float, title: str, about: str = "", *, stamp: str = "") -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width_mm, height_mm
        self.figure: Figure = Figure(figsize=(width_mm * MM, height_mm * MM), facecolor=PAPER)
        self.title, size = fitted(_begun(drawable(title)), TITLE, NORMAL, 0.96 * width_mm)
        self.about = shortened(_begun(drawable(about)), SMALL, width_mm - 1)
        self.text(0.3, height_mm - 0.8, self.title, size=size, va="top", bold=True)
        if about:
            self.text(0.3, height_mm - 7.2, self.about, size=SMALL, color=SOFT)
        if stamp:
            frame = {"boxstyle": "square,pad=0.25", "facecolor": PAPER, "edgecolor": INK, "linewidth": 0.6}
            self.text(1.2, 1.3, stamp, size=SMALL, va="bottom", bbox=frame)

    def text(self, x_mm: float, y_mm: float, text: str, *, bold: bool = False, **style: Any) -> Any:
        """Text at millimetres from the lower left corner."""
        size = style.pop("size", NORMAL)
        x, y, shown = x_mm / self.width, y_mm / self.height, drawable(text)
        if bold:
            from sim.report.charts.strong import Strong

            return self.figure.add_artist(Strong(x, y, shown, fontsize=size, **style))
        return self.figure.text(x, y, shown, fontsize=size, **style)

    def rectangle(self, x: float, y: float, wide: float, tall: float, **style: Any) -> None:
        """A box by its lower left corner, in millimetres."""
        from matplotlib.patches import Rectangle

        corner, sides = (x / self.width, y / self.height), (wide / self.width, tall / self.height)
        self.figure.add_artist(Rectangle(corner, *sides, transform=self.figure.transFigure, **style))

    def line(self, points: Sequence[Point], **style: Any) -> None:
        """A line from point to point, in millimetres."""
        from matplotlib.lines import Line2D

        xs, ys = [x / self.width for x, _ in points], [y / self.height for _, y in points]
        self.figure.add_artist(Line2D(xs, ys, solid_joinstyle="miter", **style))

    def arrow(self, points: Sequence[Point], *, color: str, zorder: float, **style: Any) -> None:
        """A line with a small head at its end."""
        from matplotlib.patches import Polygon

        self.line(points, color=color, zorder=zorder, **style)
        (x0, y0), (x, y) = points[-2], points[-1]
        long = max(abs(x - x0), abs(y - y0)) or 1.0
        dx, dy = (x - x0) / long, (y - y0) / long
        back, half = _HEAD_LONG, _HEAD_WIDE / 2
        head = [
            (x, y),
            (x - back * dx - half * dy, y - back * dy + half * dx),
            (x - back * dx + half * dy, y - back * dy - half * dx),
        ]
        scaled = [(a / self.width, b / self.height) for a, b in head]
        self.figure.add_artist(
            Polygon(scaled, closed=True, color=color, lw=0, zorder=zorder, transform=self.figure.transFigure)
        )

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """A plot at millimetres from the lower left corner, with an open frame."""
        axes = self.figure.add_axes((left / self.width, bottom / self.height, width / self.width, height / self.height))
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(length=2, width=0.6, pad=2, labelsize=NORMAL)
        return axes

    def picture(self) -> Picture:
        """Both formats; neither holds a date or anything of this machine."""
        from sim.report.charts.press import printed

        png, svg = printed(self.figure)
        alt = "\n".join(words for words in (self.title, self.about) if words)
        shrunk = min(1.0, TALLEST / self.height)
        return Picture(png, svg, alt, self.width * shrunk, self.height * shrunk)


def _begun(words: str) -> str:
    """With a capital letter."""
    return words[:1].upper() + words[1:]
