"""What every change has in common: it makes another model of a model, knows what it touches, and says so in words."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, field_validator, model_validator

from sim.errors import InputError, Path
from sim.model.base import Model
from sim.model.part import Id, Part, refuse
from sim.text import Text

Touch = tuple[str, ...]
"""An aspect of the model, such as ``("step", "hv-single/survey", "duration", "mean")``. One that another begins with
holds it: ``("step", "hv-single/survey")`` is the whole step."""

Operation = Literal["set", "add", "multiply"]

FIGURES, CAPS, STEPS, ORDER, BESIDE, SKIPS, POOLS, CLOCK = range(8)
"""The order in which changes are applied, whichever reforms they come from: numbers and attributes of what is there;
the time limits on them; steps that come and go; the order in which steps stand; what runs beside them; who skips them;
which pools become one; and, after the whole process, what the clocks count (rule 19)."""

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Change(Part):
    """One change; its key in the file is the name of the class: ``remove: ...``, ``pre_approve: ...``."""

    phase: ClassVar[int]
    of_clock: ClassVar[bool] = False

    @classmethod
    def key(cls) -> str:
        return _CAPITAL.sub("_", cls.__name__).lower()

    @property
    def operation(self) -> Operation:
        """Changes of one aspect that all add, or all multiply, go together; two that set it must set the same."""
        return "set"

    def apply(self, model: Model) -> Model:
        """Another model; the given one stays as it was.

        Errors: :class:`InputError`, with the key as its path, where a target does not exist or the change does not
        fit it.
        """
        try:
            return self._applied(model)
        except InputError as error:
            raise restated(error, path=(self.key(), *error.path)) from None

    def _applied(self, model: Model) -> Model:
        raise NotImplementedError

    def touches(self, model: Model) -> frozenset[Touch]:
        """What it writes; ``model`` is the one before all reforms."""
        raise NotImplementedError

    def needs(self, model: Model) -> frozenset[Touch]:
        """What must stay as it is for the change to mean what it says, such as the step that another is moved to."""
        return frozenset()

    def extent(self, model: Model) -> int:
        """How much of a flow it spans: within a phase the narrow changes come first, so that they nest in the wide."""
        return 0

    def describe(self, model: Model) -> Text:
        """The change in words, with the names and the old values of ``model``, the one before all reforms."""
        raise NotImplementedError


class ClockChange(Change):
    """A change of what a clock counts or what is promised of it; the process stays as it was (rule 19)."""

    phase: ClassVar[int] = CLOCK
    of_clock: ClassVar[bool] = True


class ForSome(Change):
    """A change that may be for some cases only: those whose attribute ``by`` has one of the values ``when``."""

    by: Id | None = Field(default=None, description="a case attribute; all cases when left out")
    when: tuple[str, ...] | None = Field(default=None, description="the values of the attribute that it is for")

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several_values(cls, value: Any) -> Any:
        return one_or_several(value)

    @model_validator(mode="after")
    def _by_and_when(self) -> ForSome:
        if (self.by is None) != (not self.when):
            raise refuse(
                Text("by 与 when 须同时写", "`by` and `when` come together"),
                Text("写 by: 属性 与 when: [取值]", "write by: ATTRIBUTE and when: [VALUES]"),
            )
        return self

    def for_whom(self, model: Model) -> Text:
        """Words to begin with: for which cases; nothing where it is for all."""
        if self.by is None:
            return Text("", "")
        name, values = model.attribute_name(self.by), [model.value_name(self.by, value) for value in self.when or ()]
        zh, en = "、".join(value.zh for value in values), ", ".join(value.en for value in values)
        return Text(f"对{name.zh}为“{zh}”的办件,", f"for cases with {name.en} “{en}”: ")


def restated(error: InputError, *, path: Path, rule: Text | None = None) -> InputError:
    """The same error at another path, or in other words."""
    if error.has_value:
        return InputError(rule or error.rule, error.cure, path=path, value=error.value)
    return InputError(rule or error.rule, error.cure, path=path)


def changed(part: Any, **fields: Any) -> Any:
    """A part with other values in some fields, checked like one that was read from a file."""
    kind = type(part)
    values = {
        name: getattr(part, name) for name in kind.model_fields if name in part.model_fields_set or name in fields
    }
    values |= fields
    try:
        return kind.model_validate({kind.model_fields[name].alias or name: value for name, value in values.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        words = {"rule_zh": "改动后的取值不合规定", "rule_en": f"the changed value does not fit: {first['msg']}"}
        words |= {"cure_zh": "改正取值", "cure_en": "correct it"} | first.get("ctx", {})
        raise InputError(Text(words["rule_zh"], words["rule_en"]), Text(words["cure_zh"], words["cure_en"])) from None


def one_or_several(value: Any) -> Any:
    """A single target stands for a list of one."""
    return [value] if isinstance(value, str) else value


_STEP = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _step_or(*words: str) -> tuple[BeforeValidator, WithJsonSchema]:
    """What reads a path ``process/step``, or one of some words, and its schema."""
    zh, en = "".join(f",或 {word}" for word in words), "".join(f", or {word}" for word in words)

    def read(value: Any) -> str:
        if isinstance(value, str) and (value in words or _STEP.fullmatch(value)):
            return value
        raise refuse(
            Text(f"步骤须写成“流程/步骤”{zh}", f"a step is written PROCESS/STEP{en}"),
            Text("例如 hv-single/drawing-review", "for example hv-single/drawing-review"),
        )

    pattern = "|".join([_STEP.pattern, *words])
    return BeforeValidator(read), WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


ACCEPTED, END, NEVER = "accepted", "end", "never"

StepPath = Annotated[str, *_step_or()]
"""``process/step``: an element of that name at any depth of the process's flow."""

Start = Annotated[str, *_step_or(ACCEPTED)]
"""The step whose end starts something, or the acceptance of the case."""

Deadline = Annotated[str, *_step_or(END, NEVER)]
"""The step that waits for something, the end, or nobody."""

StepPaths = Annotated[
    tuple[StepPath, ...], BeforeValidator(one_or_several, json_schema_input_type=StepPath | tuple[StepPath, ...])
]
"""One or several of them."""

Ids = Annotated[tuple[Id, ...], BeforeValidator(one_or_several, json_schema_input_type=Id | tuple[Id, ...])]
"""One or several ids."""
