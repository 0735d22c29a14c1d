"""Steps that come and go: remove, merge, split, insert, and the delay at a hand-over (转办)."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from pydantic import Field, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.laws import Law
from sim.model.needs import Need
from sim.model.part import Id, Name, refuse
from sim.model.process import Element, Flow, WaitStep, WorkStep, walk_elements
from sim.model.reforms import trees, words
from sim.model.reforms.change import STEPS, Change, StepPath, StepPaths, Touch, changed
from sim.model.reforms.words import fill
from sim.text import Text


class Remove(Change):
    """Nobody does the steps any more and nobody waits for them (取消); what stands inside them goes with them."""

    phase: ClassVar[int] = STEPS
    remove: StepPaths = Field(min_length=1)

    def _applied(self, model: Model) -> Model:
        for path in self.remove:
            id_, process = words.process_of(model, path)
            model = words.with_flow(model, id_, trees.replace(process.flow, words.split(path)[1], ()))
        return model

    def touches(self, model: Model) -> frozenset[Touch]:
        return whole(model, self.remove)

    def describe(self, model: Model) -> Text:
        return fill(Text("取消{steps}", "Remove {steps}"), steps=words.steps(model, self.remove))


class Merge(Change):
    """Several steps become one, which stands where the first of them stood (合并).

    Reworks that went back to one of them go back to the new one, and who kept the server of one of them keeps that
    of the new one.
    """

    phase: ClassVar[int] = STEPS
    merge: StepPaths = Field(min_length=2)
    into: Element

    def _applied(self, model: Model) -> Model:
        id_, process, ids = words.one_process(model, self.merge)
        refuse_known(process.flow, (self.into,), ids)
        flow, _ = trees.take(process.flow, ids[1:])
        flow = trees.redirected(trees.replace(flow, ids[0], (self.into,)), ids, self.into.id or "")
        return words.with_flow(model, id_, _keeping_server(flow, ids, self.into.id))

    def touches(self, model: Model) -> frozenset[Touch]:
        return whole(model, self.merge) | brought(self.merge[0], (self.into,))

    def describe(self, model: Model) -> Text:
        return fill(
            Text("将{steps}合并为“{new}”", "Merge {steps} into “{new}”"),
            steps=words.steps(model, self.merge),
            new=words.element_name(self.into),
        )


class Split(Change):
    """One step becomes several, one after another (拆分); reworks that went back to it go back to the first."""

    phase: ClassVar[int] = STEPS
    split: StepPath
    into: Flow = Field(min_length=2)

    def _applied(self, model: Model) -> Model:
        id_, process = words.process_of(model, self.split)
        old = words.split(self.split)[1]
        refuse_known(process.flow, self.into, [old])
        flow = trees.replace(process.flow, old, self.into)
        new = [element.id for element in self.into]
        if old not in new:
            flow = trees.redirected(flow, [old], new[0] or "")
        return words.with_flow(model, id_, flow)

    def touches(self, model: Model) -> frozenset[Touch]:
        return whole(model, [self.split]) | brought(self.split, self.into)

    def describe(self, model: Model) -> Text:
        return fill(
            Text("将{step}拆分为{new}", "Split {step} into {new}"),
            step=words.step(model, self.split),
            new=words.element_names(self.into, model),
        )


class Insert(Change):
    """New steps, waits, sessions or marks before or after a step (增设)."""

    phase: ClassVar[int] = STEPS
    insert: Flow = Field(min_length=1)
    before: StepPath | None = None
    after: StepPath | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Insert:
        one_side(self.before, self.after)
        return self

    def _applied(self, model: Model) -> Model:
        path = self.before or self.after or ""
        id_, process = words.process_of(model, path)
        refuse_known(process.flow, self.insert, ())
        flow = trees.insert(process.flow, words.split(path)[1], self.insert, after=self.before is None)
        return words.with_flow(model, id_, flow)

    def touches(self, model: Model) -> frozenset[Touch]:
        path = self.before or self.after or ""
        return brought(path, self.insert) | {("step", path, "before" if self.before else "after")}

    def needs(self, model: Model) -> frozenset[Touch]:
        return frozenset({("step", self.before or self.after or "", "place")})

    def describe(self, model: Model) -> Text:
        sentence = (
            Text("在{step}之前增设{new}", "Insert {new} before {step}")
            if self.before
            else Text("在{step}之后增设{new}", "Insert {new} after {step}")
        )
        place = words.step(model, self.before or self.after or "")
        return fill(sentence, step=place, new=words.element_names(self.insert, model))


class HandOff(Change):
    """The delay of handing a case over between two steps that follow one another (转办).

    ``takes: 0 h`` is the digital hand-over: the wait between them goes. Anything else is the wait's new duration;
    where there is none, one is put there, named after the second step.
    """

    phase: ClassVar[int] = STEPS
    hand_off: tuple[StepPath, StepPath]
    takes: Law
    name: Name | None = Field(default=None, description="of a wait that is new")
    owner: Id | None = Field(default=None, description="owner of a wait that is new; the process's when left out")
    calendar: Id | None = Field(default=None, description="calendar of a wait that is new; calendar time when left out")

    @property
    def _none(self) -> bool:
        return self.takes.leading is not None and self.takes.leading.amount == 0

    def _applied(self, model: Model) -> Model:
        id_, process, ids = words.one_process(model, self.hand_off)
        if self.owner is not None:
            words.known_owner(model, self.owner)
        if self.calendar is not None:
            words.known_calendar(model, self.calendar)

        def edit(sequence: Flow) -> Flow:
            start, stop = (next(i for i, e in enumerate(sequence) if e.id == x) for x in ids)
            between = sequence[start + 1 : stop]
            if stop <= start or len(between) > 1 or not all(isinstance(e, WaitStep) for e in between):
                raise InputError(
                    Text(
                        "两步骤之间须前后相连,其间至多有一个等待",
                        "the two steps follow one another, with at most one wait between",
                    ),
                    Text("改选相连的两个步骤", "name two steps that follow one another"),
                    value=" -> ".join(ids),
                )
            return (*sequence[: start + 1], *self._delay(between, ids[1]), *sequence[stop:])

        return words.with_flow(model, id_, trees.edit_sequences(process.flow, ids, edit))

    def _delay(self, between: Flow, to: str) -> Flow:
        if self._none:
            if not between:
                raise InputError(
                    Text("两步骤之间本无转办等待", "there is no wait between the two steps to take out"),
                    Text("删去此项变动", "take this change out"),
                )
            return ()
        if between:
            return (changed(between[0], takes=self.takes),)
        return (
            WaitStep(wait=f"{to}-hand-off", name=self.name, owner=self.owner, calendar=self.calendar, takes=self.takes),
        )

    def touches(self, model: Model) -> frozenset[Touch]:
        first, second = self.hand_off
        own = {("step", first, "after"), ("step", second, "before")}
        wait = self._wait(model)
        if wait is None:
            return frozenset({*own, ("step", f"{second}-hand-off")})
        path = f"{words.split(first)[0]}/{wait}"
        return frozenset({*own, ("step", path) if self._none else ("step", path, "duration")})

    def needs(self, model: Model) -> frozenset[Touch]:
        return frozenset(("step", path, "place") for path in self.hand_off)

    def _wait(self, model: Model) -> str | None:
        """The wait that stands between the two steps now."""
        _, process, (first, second) = words.one_process(model, self.hand_off)
        for sequence in trees.sequences(process.flow):
            ids = [element.id for element in sequence]
            for i in range(len(ids) - 2):
                if (ids[i], ids[i + 2]) == (first, second) and isinstance(sequence[i + 1], WaitStep):
                    return ids[i + 1]
        return None

    def describe(self, model: Model) -> Text:
        places = {"a": words.step(model, self.hand_off[0]), "b": words.step(model, self.hand_off[1])}
        if self._none:
            return fill(
                Text("{a}至{b}实行网上转办,不再等待", "Hand over from {a} to {b} online, without a wait"), **places
            )
        return fill(
            Text("{a}至{b}的转办等待改为{takes}", "The hand-over from {a} to {b} takes {takes}"),
            **places,
            takes=self.takes.describe(),
        )


def whole(model: Model, paths: StepPaths | list[str]) -> frozenset[Touch]:
    """The steps themselves, with all that stands inside them."""
    touched = set()
    for path in paths:
        id_, process = words.process_of(model, path)
        inside = trees.ids_inside(process.flow, words.split(path)[1])
        touched |= {("step", f"{id_}/{inner}") for inner in (*inside, words.split(path)[1])}
    return frozenset(touched)


def brought(path: str, flow: Flow) -> frozenset[Touch]:
    """The steps that come with a flow into the process of a path."""
    process = words.split(path)[0]
    return frozenset(("step", f"{process}/{element.id}") for element in walk_elements(flow) if element.id is not None)


def refuse_known(flow: Flow, new: Flow, replaced: Collection[str]) -> None:
    """What is new in a process has a name of its own."""
    known = {element.id for element in walk_elements(flow)} - {None, *replaced}
    for element in walk_elements(new):
        if element.id in known:
            raise InputError(
                Text("流程中已有同名步骤", "the process has a step of that name already"),
                Text("给新步骤换一个标识", "give the new one another id"),
                value=element.id,
            )


def one_side(before: str | None, after: str | None) -> None:
    """A place is before a step or after one."""
    if (before is None) == (after is None):
        raise refuse(
            Text("须写 before 或 after,二者取一", "a place is `before` a step or `after` one"),
            Text("例如 before: hv-single/survey", "for example before: hv-single/survey"),
        )


def _keeping_server(flow: Flow, old: tuple[str, ...], new: str | None) -> Flow:
    """Needs of the server of a merged step become needs of the server of the new one."""

    def edit(element: Element) -> Element:
        if not isinstance(element, WorkStep):
            return element
        by = tuple(Need(same_server_as=new) if need.same_server_as in old else need for need in element.by)
        return element if by == element.by else element.model_copy(update={"by": by})

    return trees.each(flow, edit)
