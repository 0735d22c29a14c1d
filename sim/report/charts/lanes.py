"""A process laid out on a grid: time runs down, an owner is a lane, branches of one lane stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations
from typing import Literal, NamedTuple

from sim.model.base import Model
from sim.model.paths import owner_of
from sim.model.process import (
    Branch,
    Call,
    Choice,
    Element,
    Flow,
    Mark,
    Optional,
    Parallel,
    SessionStep,
    Spawn,
    WaitStep,
    Walk,
    WorkStep,
)

Kind = Literal["work", "wait", "session", "mark", "call", "spawn", "apart", "walk", "fork", "choice", "join"]
_MOST_LANES_TO_TRY = 5


class Cell(NamedTuple):
    """A column of a lane."""

    lane: str
    column: int


@dataclass(frozen=True)
class Box:
    """Something at a row: a step in one cell, or a bar across the cells of the branches, with their block."""

    kind: Kind
    row: int
    cells: tuple[Cell, ...]
    element: Element | None = None
    entries: tuple[tuple[int, Branch], ...] = ()
    """Of the bar of a choice: the box that each branch begins with, and which it is."""
    bypass: tuple[Branch, ...] = ()
    """Branches of a choice in which nothing happens."""


class Link(NamedTuple):
    """From one box to another, by their places; ``share`` where a rework goes back that way."""

    of: int
    to: int
    rework: bool = False
    share: float | None = None


class Frame(NamedTuple):
    """Boxes that only some cases meet."""

    optional: Optional
    boxes: range


@dataclass
class Layout:
    """Everything that is drawn of a process."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return 1 + max(box.row for box in self.boxes)

    def columns(self) -> dict[str, int]:
        """How many columns each lane has, lanes in the order that crosses the fewest of them; asked when all stands."""
        return self._columns

    @cached_property
    def _columns(self) -> dict[str, int]:
        widths: dict[str, int] = {}
        for box in self.boxes:
            for lane, column in box.cells:
                widths[lane] = max(widths.get(lane, 0), column + 1)
        orders: Iterable[tuple[str, ...]] = [tuple(widths)]
        if len(widths) <= _MOST_LANES_TO_TRY:
            orders = permutations(widths)
        best = min(orders, key=lambda order: self._crossed(order, widths))
        return {lane: widths[lane] for lane in best}

    def _crossed(self, order: tuple[str, ...], widths: Mapping[str, int]) -> float:
        start = dict(zip(order, _sums(widths[lane] for lane in order), strict=True))
        at = [[start[cell.lane] + cell.column for cell in box.cells] for box in self.boxes]
        centre = [(min(xs) + max(xs)) / 2 for xs in at]
        frames = [max(centre[i] for i in f.boxes) - min(centre[i] for i in f.boxes) for f in self.frames if f.boxes]
        bars = [max(xs) - min(xs) for xs in at]
        return sum(abs(centre[of] - centre[to]) for of, to, *_ in self.links) + sum(frames) + sum(bars)


def _sums(widths: Iterable[int]) -> Iterator[int]:
    total = 0
    for width in widths:
        yield total
        total += width


class _Placed(NamedTuple):
    """What a flow took: rows, columns of each lane, the boxes that it begins and ends with."""

    rows: int
    widths: dict[str, int]
    heads: list[int]
    tails: list[int]


def lay_out(model: Model, process: str) -> Layout:
    """The process on its grid; processes that it calls or spawns are one box each."""
    found = Layout()
    _Placer(model, process, found).flow(model.processes[process].flow, 0, {})
    return found


class _Placer:
    """Walks the blocks; ``base`` is the first free column of each lane."""

    def __init__(self, model: Model, process: str, found: Layout) -> None:
        self.model, self.process, self.found = model, process, found
        self.by_id: dict[str, int] = {}
        self.lane = model.processes[process].owner or ""

    def flow(self, flow: Flow, row: int, base: Mapping[str, int]) -> _Placed:
        """Elements one under another, each linked to the next."""
        placed = _Placed(0, {}, [], [])
        for element in flow:
            one = self.element(element, row + placed.rows, base)
            if not one.heads:
                continue
            self.found.links += [Link(of, to) for of in placed.tails for to in one.heads]
            widths = {
                lane: max(placed.widths.get(lane, 0), one.widths.get(lane, 0)) for lane in placed.widths | one.widths
            }
            placed = _Placed(placed.rows + one.rows, widths, placed.heads or one.heads, one.tails)
        return placed

    def element(self, element: Element, row: int, base: Mapping[str, int]) -> _Placed:
        match element:
            case Parallel():
                return self.branches("fork", element, [(None, flow) for flow in element.parallel], row, base)
            case Choice():
                return self.branches("choice", element, [(b, b.flow) for b in element.branches], row, base)
            case Optional():
                first = len(self.found.boxes)
                placed = self.flow(element.flow, row, base)
                self.found.frames.append(Frame(element, range(first, len(self.found.boxes))))
                return placed
            case _:
                return self.single(element, row, base)

    def branches(
        self, kind: Kind, element: Element, flows: list[tuple[Branch | None, Flow]], row: int, base: Mapping[str, int]
    ) -> _Placed:
        """Branches side by side between two bars."""
        bar = self._add(Box(kind, row, ()))
        free, widths, rows = dict(base), dict[str, int](), 0
        entries: list[tuple[int, Branch]] = []
        tails: list[int] = []
        cells: set[Cell] = set()
        for branch, flow in flows:
            first = len(self.found.boxes)
            placed = self.flow(flow, row + 1, free)
            if not placed.heads:
                continue
            self.found.links += [Link(bar, head) for head in placed.heads]
            entries += [(head, branch) for head in placed.heads if branch is not None]
            own = {cell for box in self.found.boxes[first:] for cell in box.cells}
            cells |= {cell for i in (*placed.heads, *placed.tails) for cell in self.found.boxes[i].cells}
            for lane in {cell.lane for cell in own}:
                free[lane] = 1 + max(cell.column for cell in own if cell.lane == lane)
                widths[lane] = free[lane] - base.get(lane, 0)
            rows, tails = max(rows, placed.rows), tails + placed.tails
        bypass = tuple(branch for branch, flow in flows if branch is not None and not flow)
        across = tuple(sorted(cells))
        self.found.boxes[bar] = Box(kind, row, across, element, tuple(entries), bypass)
        join = self._add(Box("join", row + rows + 1, across, element))
        self.found.links += [Link(tail, join) for tail in tails]
        return _Placed(rows + 2, widths, [bar], [join])

    def single(self, element: Element, row: int, base: Mapping[str, int]) -> _Placed:
        """One box, and beside it what happens first when it is done again."""
        lane = self.lane = self._lane(element) or self.lane
        column = base.get(lane, 0)
        place = self._add(Box(_kind(element), row, (Cell(lane, column),), element))
        self.by_id[element.id or ""] = place
        rework = getattr(element, "rework", None)
        if rework is None:
            return _Placed(1, {lane: 1}, [place], [place])
        beside = self.flow(rework.first, row, {**base, lane: column + 1})
        self.lane = lane
        back = self.by_id.get(rework.back_to or "", place)
        share = rework.share[0].value
        if beside.heads:
            self.found.links += [Link(place, head, True, share) for head in beside.heads]
            self.found.links += [Link(tail, back, True) for tail in beside.tails]
        else:
            self.found.links.append(Link(place, back, True, share))
        widths = {**beside.widths, lane: 1 + beside.widths.get(lane, 0)}
        return _Placed(max(1, beside.rows), widths, [place], [place])

    def _add(self, box: Box) -> int:
        self.found.boxes.append(box)
        return len(self.found.boxes) - 1

    def _lane(self, element: Element) -> str | None:
        """Whose it is; what is nobody's, such as a mark, stands in the lane of what came before."""
        match element:
            case WorkStep() | WaitStep() | SessionStep():
                return owner_of(self.model, self.process, element)
            case Call():
                return self.model.processes[element.target].owner
            case Spawn():
                return self.model.processes[element.cases[0].process].owner
            case _:
                return self.model.processes[self.process].owner


def _kind(element: Element) -> Kind:
    if isinstance(element, Spawn) and not element.wait:
        return "apart"
    kinds: dict[type, Kind] = {
        WorkStep: "work", WaitStep: "wait", SessionStep: "session", Mark: "mark", Call: "call", Spawn: "spawn",
        Walk: "walk",
    }  # fmt: skip
    return kinds[type(element)]
