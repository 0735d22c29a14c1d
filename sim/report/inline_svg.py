"""Pictures inside a page: every letter's outline is written once for all of them, which makes the page small."""

from __future__ import annotations

import html
import re

from sim.report.charts.canvas import Picture

_BEFORE_SVG = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>|\s*<style .*?</style>", re.DOTALL)
_OUTLINES = re.compile(r'\s*<path id="([^"]+)"[^>]*/>')
_SPACES = re.compile(r"\s*\n\s*")
_SIZE = re.compile(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>')


class InlineSvg:
    """Turns pictures into elements of one page."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def element(self, picture: Picture) -> str:
        """The picture as ``<svg>``, as wide as the page lets it be."""
        text = _BEFORE_SVG.sub("", picture.svg.decode())
        text = _SPACES.sub("\n", _OUTLINES.sub(self._once, _METADATA.sub("", text)))
        head = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="\\1" '
            f'role="img" aria-label="{html.escape(picture.alt)}" style="max-width:{picture.width_mm:.0f}mm">'
        )
        return _SIZE.sub(lambda match: head.replace("\\1", match[1]), text, count=1)

    def _once(self, outline: re.Match[str]) -> str:
        if outline[1] in self._written:
            return ""
        self._written.add(outline[1])
        return outline[0]
