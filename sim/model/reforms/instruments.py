"""The plan's own instruments: 告知承诺, 容缺受理, 超时默许, and steps that some cases are spared."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.figures import ShareFigure
from sim.model.law_forms import Fixed
from sim.model.needs import Patience
from sim.model.part import Id, refuse
from sim.model.process import Branch, Choice, Element, Flow, Optional, SessionStep, WaitStep, WorkStep
from sim.model.quantities import PositiveDuration
from sim.model.reforms import trees, words
from sim.model.reforms.arithmetic import the_rest
from sim.model.reforms.change import (
    BESIDE,
    CAPS,
    END,
    SKIPS,
    Change,
    Deadline,
    ForSome,
    StepPath,
    StepPaths,
    Touch,
    changed,
)
from sim.model.reforms.places import Beside, Rearranged, placed, set_beside, span
from sim.model.reforms.steps import brought, refuse_known, whole
from sim.model.reforms.words import fill
from sim.text import Text


class PreApprove(Beside):
    """告知承诺: the customer promises, work goes on at once, the check comes later and may fail.

    ``promise`` stands where the steps stood (nothing, when left out). The check, which is the steps themselves unless
    ``check`` gives others, runs beside the path, for the cases that met the steps; ``fails`` is the share that fails
    it, and ``failure`` what that costs: rectification, a second check, works done again.
    """

    pre_approve: StepPaths = Field(min_length=1)
    promise: Flow = Field(default=(), description="what is done in their place, such as filing the promise")
    check: Flow = Field(default=(), description="the later check; the steps themselves when left out")
    needed_by: Deadline = END
    fails: ShareFigure
    failure: Flow = Field(min_length=1, description="what follows a failed check")

    @property
    def _new(self) -> Flow:
        return (*self.promise, *self.check, *self.failure)

    def _applied(self, model: Model) -> Model:
        id_, process, ids = words.one_process(model, [*self.pre_approve, *self._anchors])
        ids = ids[: len(self.pre_approve)]
        refuse_known(process.flow, self._new, ids if self.check else ())
        flow, others = trees.take(process.flow, ids[1:])
        own = (trees.only(flow, ids[0]), *others)
        rest = trees.replace(flow, ids[0], self.promise)
        failed = Optional(optional=f"{ids[0]}-fails", share=self.fails, flow=self.failure)
        steps = words.joined(words.element_name(element, model) for element in own)
        name = fill(Text("{steps}事后核查", "later check of {steps}"), steps=steps)
        return self._beside(model, id_, ids, rest, (*(self.check or own), failed), name)

    def touches(self, model: Model) -> frozenset[Touch]:
        replaced = whole(model, self.pre_approve) if self.check else placed(self.pre_approve)
        return replaced | brought(self.pre_approve[0], self._new)

    def describe(self, model: Model) -> Text:
        return fill(
            Text(
                "{who}{steps}实行告知承诺,先行办理后续步骤,事后核查{when};{share}核查不通过,须{cost}",
                "{who}{steps}: on a promise, work goes on at once; the checks {when}; {share} fail and need {cost}",
            ),
            who=self.for_whom(model),
            steps=words.steps(model, self.pre_approve),
            when=self._timing(model),
            share=words.share(self.fails.value),
            cost=words.element_names(self.failure, model),
        )


class AcceptIncomplete(Rearranged):
    """容缺受理: the case is accepted with papers missing, reviewed meanwhile, and decided after the last paper.

    What happened first before the acceptance was done again, the customer's supplement, runs beside the steps up to
    the decision; the acceptance is not done again, because all that is missing is told at once (一次性告知): of its
    rework's shares the first is kept. So the clock starts earlier, and measured time can get longer.
    """

    phase: ClassVar[int] = BESIDE
    accept_incomplete: StepPath
    decision: StepPath
    then: Flow = Field(default=(), description="what follows when the papers have come, such as checking them")

    def _applied(self, model: Model) -> Model:
        id_, process, (accept, decision) = words.one_process(model, [self.accept_incomplete, self.decision])
        refuse_known(process.flow, self.then, ())
        step = trees.only(process.flow, accept)
        rework = getattr(step, "rework", None)
        if rework is None or not rework.first or rework.back_to not in (None, accept):
            raise InputError(
                Text(
                    "该步骤没有“补正后重新受理”的返工", "the step has no rework with a supplement first, back to itself"
                ),
                Text(
                    "在该步骤写 rework: {share, first: [等待补正]}", "give the step rework: {share, first: [the wait]}"
                ),
                value=self.accept_incomplete,
            )
        papers = Optional(optional=f"{accept}-papers", share=rework.share[0], flow=(*rework.first, *self.then))
        flow = trees.update(process.flow, accept, lambda element: changed(element, rework=None))
        flow = set_beside(flow, accept, decision, (papers,), alone=True)
        return self._rearranged(model, id_, process.flow, flow, accept)

    def extent(self, model: Model) -> int:
        return span(model, self.accept_incomplete, self.decision)

    def touches(self, model: Model) -> frozenset[Touch]:
        own = {("step", self.accept_incomplete, "rework", field) for field in ("back_to", "at_most")}
        return brought(self.accept_incomplete, self.then) | own

    def needs(self, model: Model) -> frozenset[Touch]:
        return placed([self.accept_incomplete, self.decision])

    def describe(self, model: Model) -> Text:
        return fill(
            Text(
                "{who}{step}实行容缺受理:先行受理、审查,一次性告知,材料补齐后方可“{decision}”",
                "{who}{step}: accepted with papers missing and reviewed meanwhile; “{decision}” waits for the last one",
            ),
            who=self.for_whom(model),
            step=words.step(model, self.accept_incomplete),
            decision=words.step_name(model, self.decision),
        )


class Skip(ForSome):
    """A share of the cases, or those with some values of an attribute, are spared the steps (免办)."""

    phase: ClassVar[int] = SKIPS
    skip: StepPaths = Field(min_length=1)
    share: ShareFigure | None = Field(default=None, description="share of the cases that skip")

    @model_validator(mode="after")
    def _some(self) -> Skip:
        if (self.share is None) == (self.by is None):
            raise refuse(
                Text("须写 share,或同时写 by 和 when", "a skip has a share, or both `by` and `when`"),
                Text("写 share: 70%;全部免办用 remove", "write share: 70%; if nobody does them, use remove"),
            )
        return self

    def _applied(self, model: Model) -> Model:
        id_, process, ids = words.one_process(model, self.skip)
        standing = {step: trees.only(process.flow, step) for step in ids}
        choice = f"{ids[0]}-skip"

        def edit(sequence: Flow) -> Flow:
            run = trees.run_of(sequence, ids)
            inside = tuple(standing[element.id or ""] for element in sequence[run])
            return (*sequence[: run.start], self._choice(choice, inside), *sequence[run.stop :])

        flow = trees.edit_sequences(trees.redirected(process.flow, ids, choice), ids, edit)
        return words.with_flow(model, id_, flow)

    def _choice(self, name: str, inside: Flow) -> Choice:
        if self.share is None:
            return Choice(
                choice=name, by=self.by, branches=(Branch(when=self.when), Branch(otherwise=True, flow=inside))
            )
        return Choice(choice=name, branches=(Branch(share=self.share), Branch(share=the_rest(self.share), flow=inside)))

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("step", path, "skip") for path in self.skip)

    def describe(self, model: Model) -> Text:
        if self.share is None:
            return fill(
                Text("{who}免办{steps}", "{who}Skip {steps}"),
                who=self.for_whom(model),
                steps=words.steps(model, self.skip),
            )
        return fill(
            Text("{share}的办件免办{steps}", "{share} of the cases skip {steps}"),
            share=words.share(self.share.value),
            steps=words.steps(model, self.skip),
        )


class ApproveAtLimit(Change):
    """超时默许: what is not done when the time is over counts as approved, and the case goes on.

    A wait ends at the limit at the latest. Work and sessions that have not begun by then, counted from when they were
    ready, are passed over (rule 13, patience that proceeds); what has begun is finished.
    """

    phase: ClassVar[int] = CAPS
    approve_at_limit: StepPaths = Field(min_length=1)
    after: PositiveDuration
    calendar: Id | None = Field(default=None, description="the calendar of the limit; for a wait its own")

    def _applied(self, model: Model) -> Model:
        if self.calendar is not None:
            words.known_calendar(model, self.calendar)
        for path in self.approve_at_limit:
            id_, process = words.process_of(model, path)
            flow = trees.update(process.flow, words.split(path)[1], self._limited)
            model = words.with_flow(model, id_, flow)
        return model

    def _limited(self, element: Element) -> Element:
        if isinstance(element, WaitStep):
            return changed(element, takes=changed(element.takes, at_most=self._cap(element)))
        if not isinstance(element, (WorkStep, SessionStep)) or element.patience is not None:
            raise InputError(
                Text(
                    "只有工作、等待、集中办理能超时默许,且不能另有 patience",
                    "only work, waits and sessions without a patience",
                ),
                Text(
                    "改选其他步骤,或去掉原有的 patience", "name another step, or take its patience out of the process"
                ),
                value=element.id,
            )
        return changed(
            element, patience=Patience(after=Fixed(fixed=self.after), calendar=self.calendar, then="proceed")
        )

    def _cap(self, wait: WaitStep) -> PositiveDuration:
        if self.calendar not in (None, wait.calendar) or (self.after.in_working_days and wait.calendar is None):
            raise InputError(
                Text("等待的时限与等待本身同用一张工作时间表", "the limit of a wait runs on the calendar of the wait"),
                Text("写该等待的 calendar,或以 d 表示时限", "give the wait that calendar, or the limit in d"),
                value=wait.id,
            )
        old = wait.takes.at_most
        if old is not None and old.comparable(self.after) and old.size <= self.after.size:
            raise InputError(
                Text("该等待已有不长于此的上限", "the wait already ends at a limit that is no longer"),
                Text("删去此项变动,或写更短的时限", "take this change out, or write a shorter limit"),
                value=str(self.after),
            )
        return self.after

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("step", path, "time-limit") for path in self.approve_at_limit)

    def describe(self, model: Model) -> Text:
        return fill(
            Text("{steps}满 {limit}未办结的,视为同意", "{steps}: approved by silence after {limit}"),
            steps=words.steps(model, self.approve_at_limit),
            limit=self.after.text,
        )
