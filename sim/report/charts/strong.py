"""Stronger letters of a font that comes in one weight."""

from __future__ import annotations

from typing import Any

from matplotlib.text import Text
from matplotlib.transforms import Affine2D

_APART = 1 / 24
"""How far the two impressions lie apart, in sizes of the letters."""


class Strong(Text):
    """A line printed twice, a little apart: an outline round every letter would be written out for each of them."""

    def draw(self, renderer: Any, *args: Any, **kwargs: Any) -> None:
        middle = self.get_transform()
        half = renderer.points_to_pixels(self.get_fontsize()) * _APART / 2
        try:
            for shift in (-half, half):
                self.set_transform(middle + Affine2D().translate(shift, 0))
                super().draw(renderer, *args, **kwargs)
        finally:
            self.set_transform(middle)
