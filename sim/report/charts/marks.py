"""The marks of a process, in its picture and in the key below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sim.report.charts.canvas import INK, PAPER, SOFT, Sheet
from sim.report.charts.key import Sign
from sim.report.charts.rows import BAR, TAG, TINY
from sim.report.charts.variants import Tag, Variant
from sim.report.edition import Edition
from sim.text import Text

FLOW: dict[str, Any] = {"color": INK, "lw": 0.7, "ls": "solid", "zorder": 3}
BACK: dict[str, Any] = {"color": SOFT, "lw": 0.7, "ls": (0, (2, 1.3)), "zorder": 3}
_FRAME: dict[str, Any] = {"facecolor": "none", "edgecolor": SOFT, "ls": (0, (1, 1.5)), "lw": 0.8, "zorder": 1}
_TAGS: dict[Tag, tuple[Text, Text]] = {
    "new": (Text("新", "+"), Text("新增", "new")),
    "changed": (Text("改", "≠"), Text("改动", "changed")),
    "gone": (Text("删", "×"), Text("取消", "gone")),
}
_KINDS: dict[str, Text] = {
    "work": Text("占用班组的办理", "work of a pool"),
    "wait": Text("等候或办理（不占班组）", "wait or work without a pool"),
    "session": Text("集中办理", "session"),
    "call": Text("子流程，另图", "sub-process with a chart"),
    "spawn": Text("另立办件", "cases of their own"),
    "apart": Text("另行办理，不等待", "runs apart, not waited for"),
    "walk": Text("按实际流转", "as a log went"),
    "mark": Text("计时节点", "instant for clocks"),
    "fork": Text("同时进行", "side by side"),
    "choice": Text("分情形进行", "choice"),
}
_BOX = (6.0, 2.6)


def frame(sheet: Sheet, left: float, bottom: float, wide: float, tall: float) -> None:
    """Round what only some cases meet."""
    sheet.rectangle(left, bottom, wide, tall, **_FRAME)


def bar(sheet: Sheet, left: float, bottom: float, wide: float, *, choice: bool) -> None:
    """Black for branches side by side, white for a choice; at both ends of the branches."""
    face = PAPER if choice else INK
    sheet.rectangle(left, bottom, wide, BAR, facecolor=face, edgecolor=INK, lw=0.7, zorder=4)


def box(sheet: Sheet, kind: str, left: float, bottom: float, wide: float, tall: float, *, strip: float = 0.0) -> None:
    """What is done, by its kind; heavy where there is a strip for a mark at its left."""
    edge, weight = (INK, 1.4) if strip else (SOFT, 0.7)
    face = INK if kind == "mark" else PAPER
    line = (0, (2.2, 1.4)) if kind in ("wait", "apart") else "solid"
    sheet.rectangle(left, bottom, wide, tall, facecolor=face, edgecolor=edge, ls=line, lw=weight, zorder=4)
    left, wide = left + strip, wide - strip
    if kind == "session":
        inside = {"facecolor": "none", "edgecolor": edge, "lw": 0.5, "zorder": 5}
        sheet.rectangle(left + 0.5, bottom + 0.5, wide - 1, tall - 1, **inside)
    inner = (left + 0.8, left + wide - 0.8)
    for x in {"call": inner, "spawn": inner[:1], "apart": inner[:1]}.get(kind, ()):
        sheet.line([(x, bottom), (x, bottom + tall)], color=edge, lw=0.7, zorder=5)


def tag(edition: Edition, sheet: Sheet, which: Tag, left: float, bottom: float, tall: float) -> None:
    """A black strip at the left of a box."""
    sheet.rectangle(left, bottom, TAG, tall, facecolor=INK, lw=0, zorder=5)
    style: dict[str, Any] = {"size": TINY, "ha": "center", "va": "center_baseline", "color": PAPER, "zorder": 8}
    sheet.text(left + TAG / 2, bottom + tall / 2, edition.say(_TAGS[which][0]), **style)


def signs(edition: Edition, shown: Iterable[Variant]) -> list[Sign]:
    """The key: every kind of mark that the forms have."""
    variants = list(shown)
    kinds = {each.kind for variant in variants for each in variant.layout.boxes}
    links = [link for variant in variants for link in variant.layout.links]
    tags = {which for variant in variants for which in variant.tags.values()}
    found = [_of_kind(kind, edition.say(words)) for kind, words in _KINDS.items() if kind in kinds]
    if any(not link.rework for link in links):
        found.append(_arrow(edition.choose("先后", "what follows"), FLOW))
    if any(link.rework for link in links):
        found.append(_arrow(edition.choose("退回重办，旁为比例", "back, with its share"), BACK))
    if any(variant.layout.frames for variant in variants):
        found.append(_in_place(edition.choose("仅部分办件", "only some cases"), frame))
    before = edition.scenario_name(edition.result.scenarios[0].id)
    for which, (_, words) in _TAGS.items():
        if which in tags:
            found.append(_of_tag(edition, which, edition.say(words)))
    if tags:
        last = found.pop()
        than = edition.choose(f"（与“{before}”相比）", f" (against: {before})")
        found.append(last._replace(words=last.words + than))
    return found


def _of_kind(kind: str, words: str) -> Sign:
    if kind in ("fork", "choice"):
        return Sign(words, lambda sheet, x, y: bar(sheet, x, y - BAR / 2, _BOX[0], choice=kind == "choice"), _BOX[0])
    return _in_place(words, lambda sheet, *place: box(sheet, kind, *place))


def _in_place(words: str, draw: Callable[..., object]) -> Sign:
    wide, tall = _BOX
    return Sign(words, lambda sheet, x, y: draw(sheet, x, y - tall / 2, wide, tall), wide)


def _arrow(words: str, style: dict[str, Any]) -> Sign:
    return Sign(words, lambda sheet, x, y: sheet.arrow([(x, y), (x + 6, y)], **style), 6.0)


def _of_tag(edition: Edition, which: Tag, words: str) -> Sign:
    return Sign(words, lambda sheet, x, y: tag(edition, sheet, which, x, y - 1.35, 2.7), TAG)
