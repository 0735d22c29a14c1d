"""Where steps stand: reorder, parallelise, move off the critical path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.part import Id
from sim.model.process import (
    Branch,
    Child,
    Choice,
    Element,
    Flow,
    Optional,
    Parallel,
    Process,
    Spawn,
    subflows,
    walk_elements,
)
from sim.model.reforms import trees, words
from sim.model.reforms.change import (
    ACCEPTED,
    BESIDE,
    END,
    NEVER,
    ORDER,
    Deadline,
    ForSome,
    Start,
    StepPath,
    StepPaths,
    Touch,
    one_or_several,
)
from sim.model.reforms.steps import one_side
from sim.model.reforms.words import fill
from sim.text import Text


class Rearranged(ForSome):
    """A change of where steps of one process stand, for all cases or for some."""

    phase: ClassVar[int] = ORDER

    def _rearranged(self, model: Model, process: str, before: Flow, after: Flow, first: str) -> Model:
        if self.by is not None:
            choice = f"{first}-{self.key().replace('_', '-')}-for"
            after = trees.for_some(before, after, self.by, self.when or (), choice)
        return words.with_flow(model, process, after)


class Move(Rearranged):
    """Steps go to another place, in the order in which they are listed (调整顺序)."""

    move: StepPaths = Field(min_length=1)
    before: StepPath | None = None
    after: StepPath | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Move:
        one_side(self.before, self.after)
        return self

    @property
    def _anchor(self) -> str:
        return self.before or self.after or ""

    def _applied(self, model: Model) -> Model:
        id_, process, (*ids, anchor) = words.one_process(model, [*self.move, self._anchor])
        flow, taken = trees.take(process.flow, ids)
        flow = trees.insert(flow, anchor, taken, after=self.before is None)
        return self._rearranged(model, id_, process.flow, flow, ids[0])

    def touches(self, model: Model) -> frozenset[Touch]:
        return placed(self.move) | {("step", self._anchor, "before" if self.before else "after")}

    def needs(self, model: Model) -> frozenset[Touch]:
        return placed([self._anchor])

    def describe(self, model: Model) -> Text:
        sentence = (
            Text("{who}将{steps}调整到“{to}”之前", "{who}Move {steps} before “{to}”")
            if self.before
            else Text("{who}将{steps}调整到“{to}”之后", "{who}Move {steps} after “{to}”")
        )
        to = words.step_name(model, self._anchor)
        return fill(sentence, who=self.for_whom(model), steps=words.steps(model, self.move), to=to)


Groups = Annotated[tuple[StepPaths, ...], BeforeValidator(one_or_several)]


class Parallelise(Rearranged):
    """Steps that followed one another run side by side (并联办理); each listed item is a branch.

    A list inside the list is a branch whose steps still follow one another. Together the steps are a run: nothing
    else stands between them.
    """

    parallelise: Groups = Field(min_length=2)
    id: Id | None = Field(default=None, description="name of the block, for a rework that goes back to it")

    @property
    def _all(self) -> tuple[str, ...]:
        return tuple(path for group in self.parallelise for path in group)

    def _applied(self, model: Model) -> Model:
        id_, process, ids = words.one_process(model, self._all)

        def edit(sequence: Flow) -> Flow:
            run = trees.run_of(sequence, ids)
            standing = {element.id: element for element in sequence[run]}
            branches = tuple(tuple(standing[words.split(path)[1]] for path in group) for group in self.parallelise)
            return (*sequence[: run.start], Parallel(parallel=branches, id=self.id), *sequence[run.stop :])

        flow = trees.edit_sequences(process.flow, ids, edit)
        return self._rearranged(model, id_, process.flow, flow, ids[0])

    def touches(self, model: Model) -> frozenset[Touch]:
        return placed(self._all)

    def describe(self, model: Model) -> Text:
        branches = (words.joined(words.quoted(words.step_name(model, p)) for p in group) for group in self.parallelise)
        return fill(
            Text("{who}{process}中{steps}由依次办理改为并联办理", "{who}In {process}, side by side: {steps}"),
            who=self.for_whom(model),
            process=words.quoted(words.process_of(model, self._all[0])[1].name),
            steps=words.joined(branches, " ∥ ", " ∥ "),
        )


class Beside(Rearranged):
    """Something runs beside the path, from the end of one step until another waits for it."""

    phase: ClassVar[int] = BESIDE
    starts_after: Start = Field(description="the step after which they start; `accepted`: with the case")
    needed_by: Deadline = Field(description="the step that waits for them; `end`; `never`: a case of its own")

    @property
    def _anchors(self) -> list[str]:
        return [path for path in (self.starts_after, self.needed_by) if "/" in path]

    def needs(self, model: Model) -> frozenset[Touch]:
        return placed(self._anchors)

    def extent(self, model: Model) -> int:
        return 0 if self.needed_by == NEVER else span(model, self.starts_after, self.needed_by)

    def _beside(self, model: Model, id_: str, of: Sequence[str], rest: Flow, branch: Flow, name: Text) -> Model:
        """The model with these elements beside the rest of the flow of a process, for the cases that met ``of``."""
        process, first = model.processes[id_], branch[0].id or ""
        start, end = words.split(self.starts_after)[1], words.split(self.needed_by)[1]
        if self.needed_by == NEVER:
            own = f"{id_}-{first}"
            words.refuse_known(model.processes, own)
            spawn = Spawn(spawn=f"{first}-apart", cases=(Child(process=own),), wait=False)
            apart = for_those_of(process.flow, of, start, (spawn,), first)
            flow = trees.insert(rest, start, apart, after=True) if start else (*apart, *rest)
            named = fill(
                Text("{process}:{steps}(另行办理)", "{process}: {steps} (apart)"), process=process.name, steps=name
            )
            new = Process(name=named, owner=process.owner, flow=branch)
            model = model.model_copy(update={"processes": {**model.processes, own: new}})
        else:
            if not end and start and all(element.id != start for element in rest):
                raise InputError(
                    Text(
                        "该步骤在分支之内,其分支不能延续到办件结束",
                        "the step stands in a branch, which cannot go on to the end",
                    ),
                    Text(
                        "needed_by 写同一段流程中靠后的步骤,或 never",
                        "let needed_by be a later step of its sequence, or never",
                    ),
                    value=self.starts_after,
                )
            branch = for_those_of(process.flow, of, start, branch, first)
            flow = set_beside(rest, start or None, end or None, branch)
        return self._rearranged(model, id_, process.flow, flow, first)

    def _timing(self, model: Model) -> Text:
        """When they begin, and who waits for them."""
        if self.starts_after == ACCEPTED:
            starts = Text("自受理起办理", "start with the case")
        else:
            after = words.step_name(model, self.starts_after)
            starts = fill(Text("自“{a}”结束起办理", "start when “{a}” ends"), a=after)
        if self.needed_by == NEVER:
            ends = Text("另行办结,本件不再等待", "are finished apart, and the case never waits for them")
        elif self.needed_by == END:
            ends = Text("与其后各步骤同步推进,办结前完成", "run beside what follows, and are done before the end")
        else:
            ends = fill(
                Text("与其他步骤同步推进,在“{b}”之前完成", "run beside the others, and are done before “{b}”"),
                b=words.step_name(model, self.needed_by),
            )
        return words.joined([starts, ends], ",", ", ")


class OffPath(Beside):
    """Steps leave the path that others wait on: they start earlier and run beside it, joined later or never.

    They start when ``starts_after`` ends and are done before ``needed_by`` starts, or by the ``end`` of the process.
    ``never`` makes them a case of its own (rule 8, spawn) that nobody waits for. Steps that only the cases of a branch
    met are still done for these alone.
    """

    off_path: StepPaths = Field(min_length=1)

    def _applied(self, model: Model) -> Model:
        id_, process, ids = words.one_process(model, [*self.off_path, *self._anchors])
        off = ids[: len(self.off_path)]
        rest, taken = trees.take(process.flow, off)
        return self._beside(model, id_, off, rest, taken, words.joined(words.element_name(one, model) for one in taken))

    def touches(self, model: Model) -> frozenset[Touch]:
        gone = self.off_path if self.needed_by == NEVER else ()  # to a process of their own
        return placed(self.off_path) | frozenset(("step", path, "skip") for path in gone)

    def describe(self, model: Model) -> Text:
        steps = words.steps(model, self.off_path)
        return fill(
            Text("{who}{steps}{when}", "{who}{steps} {when}"),
            who=self.for_whom(model),
            steps=steps,
            when=self._timing(model),
        )


def set_beside(flow: Flow, start: str | None, end: str | None, branch: Flow, *, alone: bool = False) -> Flow:
    """The flow with a branch beside the elements between two others, from the very beginning or to the end.

    Where a parallel follows directly on ``start``, each of its branches starts there too, so ``end`` may stand in one.
    ``alone``: where nothing stands between the two, the branch does.
    """
    if start is None:
        return _beside_from(flow, 0, end, branch, alone)
    trees.only(flow, start)

    def edit(sequence: Flow) -> Flow:
        first = next(i for i, element in enumerate(sequence) if element.id == start) + 1
        return _beside_from(sequence, first, end, branch, alone)

    return trees.edit_sequences(flow, [start], edit)


def for_those_of(flow: Flow, ids: Sequence[str], start: str, branch: Flow, name: str) -> Flow:
    """A branch that starts after ``start``, for those cases alone that meet the steps where they stand in the flow.

    Where a choice by an attribute sends some cases to the steps and the branch starts outside of it, the same choice is
    made again. Errors: InputError where chance sends them there, or the steps stand in different branches.
    """
    around = trees.blocks_around(flow, start)
    blocks = [tuple(block for block in trees.blocks_around(flow, id_) if block not in around) for id_ in ids]
    if any(others != blocks[0] for others in blocks):
        raise InputError(
            Text(
                "这些步骤不在同一分支中,适用的办件不同", "these steps stand in different branches, for different cases"
            ),
            Text("按分支分成几项变动", "make a change of each branch"),
            value=", ".join(ids),
        )
    for block, place in reversed(blocks[0]):
        if not isinstance(block, Parallel):
            branch = (_as_in(block, place, branch, f"{name}-of-{block.id}"),)
    return branch


def _as_in(block: Element, place: int, flow: Flow, name: str) -> Element:
    """The flow for the cases that a choice by an attribute sends to one of its branches."""
    if not isinstance(block, (Choice, Optional)) or block.by is None:
        raise InputError(
            Text("只有一部分办件随机经过该步骤,起点须在同一分支之内", "by chance some cases meet the step, not all"),
            Text("starts_after 改写同一分支中的步骤", "let starts_after name a step of the same branch"),
            value=block.id,
        )
    branches = block.branches if isinstance(block, Choice) else block.branches()
    if (when := branches[place].when) is not None:
        return Optional(optional=name, by=block.by, when=when, flow=flow)
    others = tuple(value for other in branches for value in other.when or ())
    return Choice(choice=name, by=block.by, branches=(Branch(when=others), Branch(otherwise=True, flow=flow)))


def span(model: Model, start: str, end: str) -> int:
    """How many elements stand between two steps of a process, in the order of the file."""
    process = words.split(start if "/" in start else end)[0]
    if process not in model.processes:
        return 0
    ids = [element.id for element in model.processes[process].elements()]
    first, last = words.split(start)[1], words.split(end)[1]
    return (ids.index(last) if last in ids else len(ids)) - (ids.index(first) if first in ids else -1)


def _beside_from(sequence: Flow, first: int, end: str | None, branch: Flow, alone: bool) -> Flow:
    stop = _joined(sequence, first, end)
    block = sequence[first] if first < len(sequence) else None
    if stop == first and isinstance(block, Parallel) and end is not None:
        inner = [_beside_from(flow, 0, end, branch, alone) if _inside(flow, end) else flow for flow in block.parallel]
        return (*sequence[:first], trees.with_subflows(block, inner), *sequence[first + 1 :])
    if stop == first and alone:
        return (*sequence[:first], *branch, *sequence[first:])
    if stop == first:
        raise InputError(
            Text("两步骤之间没有其他步骤可同步推进", "nothing stands between the two steps that could run beside"),
            Text("改选更早的起点或更晚的终点,或只调整顺序(move)", "start earlier or end later, or only `move` them"),
        )
    return trees.beside(sequence, slice(first, stop), branch)


def _joined(sequence: Flow, first: int, end: str | None) -> int:
    """Before which element a branch that starts at ``first`` is joined."""
    if end is None:
        return len(sequence)
    stop = next((i for i in range(first, len(sequence)) if _inside(sequence[i : i + 1], end)), None)
    if stop is not None and (
        _begins_with(sequence[stop], end) or (stop == first and isinstance(sequence[stop], Parallel))
    ):
        return stop
    raise InputError(
        Text(
            "后一步骤不在前一步骤之后的同一段流程中,或在某个分支的中间",
            "the second step does not come after the first in its sequence, or stands amid a branch",
        ),
        Text("改选同一段流程中靠后的步骤", "name a later step of the same sequence"),
        value=end,
    )


def _begins_with(element: Element, id_: str) -> bool:
    """Whether the element is it, or a choice of which a branch begins with it."""
    if element.id == id_:
        return True
    flows = subflows(element) if isinstance(element, (Choice, Optional)) else ()
    return any(flow and _begins_with(flow[0], id_) for flow in flows)


def _inside(flow: Flow, id_: str) -> bool:
    return any(element.id == id_ for element in walk_elements(flow))


def placed(paths: Sequence[str]) -> frozenset[Touch]:
    """Where these steps stand."""
    return frozenset(("step", path, "place") for path in paths)
