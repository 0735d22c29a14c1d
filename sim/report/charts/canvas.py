"""A sheet to draw on: sizes in millimetres, a font with Chinese glyphs, the same bytes for the same picture."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.report.charts.lettering import drawable, families, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, FAINT, PAPER = "#1a1a1a", "#5b5b5b", "#c9c9c9", "#ffffff"
SCENARIOS = ("#9a9a9a", "#1f4e79", "#d98200", "#3d8b6e", "#7d4f9e")
"""The first scenario is grey, so that what changes stands out; greys of different darkness in a grey print."""
LINES: tuple[Any, ...] = ((0, (4, 1.6)), "solid", (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (8, 2)))

MM = 1 / 25.4
PAGE, HALF = 182.0, 88.0
"""The width of a printed page between its margins, and of two pictures side by side on it."""
SMALL, NORMAL, TITLE = 6.5, 7.5, 9.5
_DPI = 200
_HEAD_LONG, _HEAD_WIDE = 1.2, 1.0

Point = tuple[float, float]


class Picture(NamedTuple):
    """One chart in both formats, with the words for those who do not see it."""

    png: bytes
    svg: bytes
    alt: str
    width_mm: float
    height_mm: float


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
