"""A process: the way one class of case is handled, as nested blocks of steps (rules 5 to 8).

The flow is a list of elements, one after another. What an element is shows in its first key: ``step`` (work of a
pool), ``wait``, ``session``, ``mark``, ``parallel``, ``choice``, ``optional``, ``call``, ``spawn``, ``walk``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim.errors import Path
from sim.model.figures import CountFigure, RateFigure, ShareFigure, ShareForm
from sim.model.laws import Law
from sim.model.needs import Due, FactorBy, Need, Patience
from sim.model.part import Id, Name, Part, refuse
from sim.text import Text


class Rework(Part):
    """With a share (for all visits, or one each), back to an earlier sibling of an enclosing sequence (rule 8)."""

    share: tuple[ShareFigure, ...] = Field(min_length=1)
    back_to: Id | None = Field(default=None, description="the element to go back to; the step itself when left out")
    at_most: int | None = Field(default=None, ge=1)
    first: Flow = Field(default=(), description="what happens first, such as the customer's supplement")

    @field_validator("share", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return value if isinstance(value, (list, tuple)) else [value]

    @model_validator(mode="after")
    def _ends(self) -> Rework:
        if self.at_most is None and self.share[-1].value >= 1:
            raise refuse(
                Text("每次都退回且不限次数,办件永远不能办结", "a rework with share 100% and no at_most never ends"),
                Text("写上 at_most,或把比例降到 100% 以下", "give at_most, or a share below 100%"),
            )
        return self

    def share_at(self, visit: int) -> float:
        return self.share[min(visit, len(self.share) - 1)].value


class StepPart(Part):
    """What work, waits and sessions have in common; each execution is one row of the log (rule 15)."""

    name: Name | None = None
    stage: Id | None = Field(default=None, description="环节: what the customer meets and the plan counts")
    owner: Id | None = Field(default=None, description="用时主体; the pool's owner when left out")
    rework: Rework | None = None
    withdraw: ShareFigure | None = Field(default=None, description="share of cases that withdraw when this step ends")
    patience: Patience | None = None
    due: Due | None = None
    extends_due: bool = Field(default=False, description="this step's elapsed time extends the case's due")
    priority: int | None = Field(default=None, description="lower goes first; the case's own when left out")

    @property
    def id(self) -> str:
        raise NotImplementedError


class DurationPart(StepPart):
    """Steps whose duration is drawn."""

    on_repeat: tuple[RateFigure, ...] = Field(
        default=(), description="factor on the duration at visit 1, 2, ...; the last stays"
    )
    factor: FactorBy | None = None

    @field_validator("on_repeat", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return value if isinstance(value, (list, tuple)) else [value]

    def repeat_factor(self, visit: int) -> float:
        if visit == 0 or not self.on_repeat:
            return 1.0
        return self.on_repeat[min(visit, len(self.on_repeat)) - 1].value

    def class_factor(self, attributes: dict[str, str]) -> float:
        if self.factor is None:
            return 1.0
        figure = self.factor.values.get(attributes.get(self.factor.attribute, ""))
        return 1.0 if figure is None else figure.value


class WorkStep(DurationPart):
    """Work of a pool; ``effort`` is the time of its people, never the elapsed time (DESIGN part 5)."""

    step: Id
    by: tuple[Need, ...] = Field(min_length=1)
    effort: Law
    unsplittable: bool = Field(default=False, description="starts only when it can end before closing (rule 5)")

    @field_validator("by", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        needs = value if isinstance(value, (list, tuple)) else [value]
        return [{"pool": need} if isinstance(need, str) else need for need in needs]

    @property
    def id(self) -> str:
        return self.step


class WaitStep(DurationPart):
    """A wait that needs no server (rule 6); its duration runs on ``calendar``, or on none (calendar time)."""

    wait: Id
    takes: Law
    calendar: Id | None = None

    @property
    def id(self) -> str:
        return self.wait


class SessionStep(StepPart):
    """A place in a scheduled session, such as a joint review meeting (rule 7)."""

    session: Id
    at: Id = Field(description="which of the folder's sessions")

    @property
    def id(self) -> str:
        return self.session


class Mark(Part):
    """A named instant for clocks, without duration."""

    mark: Id
    name: Name | None = None
    stage: Id | None = None

    @property
    def id(self) -> str:
        return self.mark


class Parallel(Part):
    """Branches that run side by side; ends when all have ended."""

    parallel: tuple[Flow, ...] = Field(min_length=1)
    id: Id | None = None

    def twice(self) -> list[str]:
        """The names that stand in more than one branch (rule 8)."""
        times = Counter(id_ for flow in self.parallel for id_ in {element.id for element in walk_elements(flow)})
        return sorted(id_ for id_, n in times.items() if id_ is not None and n > 1)


class Branch(Part):
    """One way of a choice: a share of the cases, or the values of the attribute that take it."""

    share: ShareFigure | None = None
    when: tuple[str, ...] | None = None
    otherwise: bool = False
    flow: Flow = ()

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class Choice(Part):
    """One of several branches: the first with u < the cumulated share, the last takes the rest; or by an attribute."""

    choice: Id
    by: Id | None = Field(default=None, description="a case attribute; by chance when left out")
    branches: tuple[Branch, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _branches_fit(self) -> Choice:
        if self.by is None:
            if any(b.share is None or b.when is not None or b.otherwise for b in self.branches):
                raise refuse(
                    Text("按比例选择时,每个分支都要写 share", "a choice by chance has a share in every branch"),
                    Text("每个分支写 share,或写 by: 属性", "give each branch a share, or the choice an attribute (by)"),
                )
            total = sum(b.share.value for b in self.branches if b.share)
            if abs(total - 1) > 1e-9:
                raise refuse(
                    Text(
                        f"选择 {self.choice} 各分支比例之和为 {total:.6g},须为 1",
                        f"the shares of choice {self.choice} sum to {total:.6g}, not 1",
                    ),
                    Text("调整比例使之和为 100%", "change the shares so that they sum to 100%"),
                )
        else:
            otherwise = [b for b in self.branches if b.otherwise]
            if (
                any(b.share is not None or (b.when is None) != b.otherwise for b in self.branches)
                or len(otherwise) != 1
            ):
                raise refuse(
                    Text(
                        "按属性选择时,每个分支写 when,且恰有一个分支写 otherwise: true",
                        "a choice by attribute has `when` in each branch and exactly one branch with otherwise: true",
                    ),
                    Text("补上 when 或 otherwise: true", "add `when` or otherwise: true"),
                )
        return self

    @property
    def id(self) -> str:
        return self.choice


class Optional(Part):
    """A choice with nothing in one branch: the flow happens with a share, or for some values of an attribute."""

    optional: Id
    share: ShareFigure | None = None
    by: Id | None = None
    when: tuple[str, ...] | None = None
    flow: Flow = Field(min_length=1)

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _by_share_or_by_attribute(self) -> Optional:
        if (self.share is None) == (self.by is None) or (self.by is None) != (self.when is None):
            raise refuse(
                Text("optional 须写 share,或同时写 by 和 when", "an optional has a share, or both `by` and `when`"),
                Text(
                    "写 share: 30%,或 by: 属性 与 when: [取值]", "write share: 30%, or by: ATTRIBUTE and when: [VALUES]"
                ),
            )
        return self

    @property
    def id(self) -> str:
        return self.optional

    def branches(self) -> tuple[Branch, ...]:
        """The same as a choice."""
        if self.share is not None:
            rest = ShareForm(value=1 - self.share.value)
            return (Branch(share=self.share, flow=self.flow), Branch(share=rest))
        return (Branch(when=self.when, flow=self.flow), Branch(otherwise=True))


class Call(Part):
    """Another process inside this case; its steps are named through ``call``."""

    call: Id
    process: Id | None = Field(default=None, description="the process; the name of the call when left out")

    @property
    def id(self) -> str:
        return self.call

    @property
    def target(self) -> str:
        return self.process or self.call


class Child(Part):
    """How many new cases of which process a spawn brings."""

    process: Id
    n: CountFigure = Field(default=1, validate_default=True)


class Spawn(Part):
    """New cases of other processes; with ``wait`` the case goes on when all are closed or withdrawn."""

    spawn: Id
    cases: tuple[Child, ...] = Field(min_length=1)
    wait: bool = True

    @field_validator("cases", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        children = value if isinstance(value, (list, tuple)) else [value]
        return [{"process": child} if isinstance(child, str) else child for child in children]

    @property
    def id(self) -> str:
        return self.spawn


class Walk(Part):
    """Steps and a table from the last ``order`` of them to the next or to the end, for processes found in logs.

    ``table`` maps the last steps, written ``a b`` (fewer at the start, ```` at the very start), to shares of the next;
    ``end`` ends the walk.
    """

    walk: Id
    order: int = Field(default=1, ge=1, le=5)
    steps: Flow = Field(min_length=1)
    table: dict[str, dict[str, ShareFigure]]

    @field_validator("table")
    @classmethod
    def _by_name(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        # rule 10: the order of keys in a file changes no draw
        return {state: dict(sorted(row.items())) for state, row in value.items()}

    @property
    def id(self) -> str:
        return self.walk


_KINDS: dict[str, type[Part]] = {
    "step": WorkStep, "wait": WaitStep, "session": SessionStep, "mark": Mark, "parallel": Parallel, "choice": Choice,
    "optional": Optional, "call": Call, "spawn": Spawn, "walk": Walk,
}  # fmt: skip
ELEMENT_KEYS = tuple(_KINDS)


def element_kind(value: Any) -> str | None:
    """The key that says what an element is (``wait`` and ``session`` are keys of other elements, too)."""
    if isinstance(value, dict):
        return next((key for key in ("step", "spawn", *ELEMENT_KEYS) if key in value), None)
    return next((key for key, kind in _KINDS.items() if isinstance(value, kind)), None)


Element = Annotated[
    Annotated[WorkStep, Tag("step")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[SessionStep, Tag("session")]
    | Annotated[Mark, Tag("mark")]
    | Annotated[Parallel, Tag("parallel")]
    | Annotated[Choice, Tag("choice")]
    | Annotated[Optional, Tag("optional")]
    | Annotated[Call, Tag("call")]
    | Annotated[Spawn, Tag("spawn")]
    | Annotated[Walk, Tag("walk")],
    Discriminator(element_kind),
]
Flow = tuple[Element, ...]
"""Elements that happen one after another: rule 8's sequence."""

Step = WorkStep | WaitStep | SessionStep


class Process(Part):
    """The way one class of case is handled."""

    name: Name
    owner: Id | None = Field(default=None, description="whose time the waits and sessions are that name no owner")
    flow: Flow = Field(min_length=1)

    def elements(self) -> Iterator[Element]:
        """Every element of the flow at any depth, in the order of the file."""
        return walk_elements(self.flow)


def parts(element: Element) -> Iterator[tuple[Path, Flow]]:
    """The flows directly inside an element, with the way to each."""
    match element:
        case Parallel():
            yield from ((("parallel", i), flow) for i, flow in enumerate(element.parallel))
        case Choice():
            yield from ((("branches", i, "flow"), branch.flow) for i, branch in enumerate(element.branches))
        case Optional():
            yield ("flow",), element.flow
        case Walk():
            yield ("steps",), element.steps
        case WorkStep() | WaitStep() | SessionStep() if element.rework:
            yield ("rework", "first"), element.rework.first


def subflows(element: Element) -> Iterator[Flow]:
    """The flows directly inside an element."""
    return (flow for _, flow in parts(element))


def walk_elements(flow: Flow) -> Iterator[Element]:
    for element in flow:
        yield element
        for inner in subflows(element):
            yield from walk_elements(inner)


for _model in (Rework, Parallel, Branch, Choice, Optional, Walk, Process):
    _model.model_rebuild()
