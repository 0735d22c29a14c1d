"""A sheet is drawn once: the same strokes go into the SVG and, enlarged, into the PNG."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import imsave
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, Transform

from sim.report.charts.outlines import UNITS, line

_DPI = 200
_POINTS = 72
_COMPRESSION = 3


def printed(figure: Figure) -> tuple[bytes, bytes]:
    """PNG and SVG; neither holds a date or anything of this machine."""
    figure.dpi = _POINTS
    press = Press(*figure.bbox.size)
    figure.draw(press)
    return press.png(), press.svg()


class Press(RendererSVG):
    """Draws in points; what is drawn goes to both formats. Letters are outlines, each of them written once."""

    def __init__(self, width: float, height: float) -> None:
        self._file = io.StringIO()
        super().__init__(width, height, self._file, metadata={"Date": None, "Creator": None})
        larger = _DPI / _POINTS
        self._larger = Affine2D().scale(larger).get_matrix()
        self._paper = RendererAgg(width * larger, height * larger, _DPI)
        self._written: set[str] = set()

    def svg(self) -> bytes:
        self.finalize()
        return self._file.getvalue().encode()

    def png(self) -> bytes:
        file = io.BytesIO()
        how: Any = {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": _COMPRESSION}}
        imsave(file, self._paper.buffer_rgba(), format="png", dpi=_DPI, **how)
        return file.getvalue()

    def open_group(self, s: str, gid: str | None = None) -> None:
        """No groups: nobody asks for the parts of a picture by their names."""

    def close_group(self, s: str) -> None:
        """Not opened."""

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:  # noqa: N803
        super().draw_path(gc, path, transform, rgbFace)
        self._paper.draw_path(self._enlarged(gc), path, self._enlarge(transform), rgbFace)

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
        self._paper.draw_markers(
            self._enlarged(gc), marker_path, self._enlarge(marker_trans), path, self._enlarge(trans), rgbFace
        )

    draw_path_collection = RendererBase.draw_path_collection  # path by path

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        drawn, scale, color = line(s), prop.get_size_in_points() / UNITS, gc.get_rgb()
        new = drawn.letters.keys() - self._written
        self._written |= new
        turned = f" rotate({-angle:g})" if angle else ""
        where = f"translate({x:.3f} {y:.3f}){turned} scale({scale:g} {-scale:g})"
        self.writer.comment(s)  # closes the tag before, so that what is ready-made can follow
        if new:
            self._file.writelines(["<defs>\n", *(drawn.letters[id_] for id_ in sorted(new)), "</defs>\n"])
        self._file.write(f'<g style="fill: {to_hex(color)}" transform="{where}">\n{drawn.uses}</g>\n')
        ink = self._paper.new_gc()
        ink.set_linewidth(0)
        ink.set_snap(False)
        place = Affine2D().scale(scale).rotate_deg(angle).translate(x, self.height - y)
        self._paper.draw_path(ink, drawn.outline, self._enlarge(place), color)

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        drawn, scale = line(s), prop.get_size_in_points() / UNITS
        return drawn.width * scale, drawn.height * scale, drawn.descent * scale

    def _enlarge(self, transform: Transform) -> Affine2D:
        return Affine2D(self._larger @ transform.get_matrix())

    def _enlarged(self, gc: GraphicsContextBase) -> GraphicsContextBase:
        """Lengths in points are enlarged by the paper; where it is clipped is not."""
        clip = gc.get_clip_rectangle()
        if clip is None:
            return gc
        own = self._paper.new_gc()
        own.copy_properties(gc)
        own.set_clip_rectangle(Bbox.from_bounds(*(_DPI / _POINTS * side for side in clip.bounds)))
        return own
