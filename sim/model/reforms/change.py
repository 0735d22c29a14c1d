"""What every change has in common: it rewrites a model into another, says what it touches, and says so in words."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, WithJsonSchema

from sim.model.base import Model
from sim.model.part import Part, refuse
from sim.text import Text

Touch = tuple[str, ...]
"""An aspect that a change writes, such as ``("step", "hv-single/survey", "duration", "mean")``; a shorter one holds
all that begin with it: ``("step", "hv-single/survey")`` is the whole step."""

Operation = Literal["set", "add", "multiply"]

FIGURES, STEPS, PLACES, SKIPS, POOLS, CLOCKS = range(6)
"""The phases of application: numbers and attributes of what is there; steps that come and go; where steps stand;
who skips them; which pools are one; and, after the whole process, what the clock counts (rule 19)."""


class Change(Part):
    """One change of the process; the first key of its mapping in the file says which (``remove: ...``).

    ``apply`` is pure: it returns another model and leaves the given one as it was. Errors: :class:`InputError` with
    the key of the target as its path where the target does not exist or the change makes no sense there.
    """

    phase: ClassVar[int]

    @classmethod
    def key(cls) -> str:
        """The key that tells this change from the others: its first field."""
        return next(iter(cls.model_fields))

    @property
    def operation(self) -> Operation:
        """Changes of one aspect that all add, or all multiply, go together; two that set it must set the same."""
        return "set"

    def apply(self, model: Model) -> Model:
        raise NotImplementedError

    def touches(self, model: Model) -> frozenset[Touch]:
        """What the change writes; ``model`` is the one before all reforms."""
        raise NotImplementedError

    def describe(self, model: Model) -> Text:
        """The change in words, with the names of ``model``, the one before all reforms."""
        raise NotImplementedError


class ClockChange(Change):
    """One change of what a clock counts; the process stays as it was (rule 19)."""

    phase: ClassVar[int] = CLOCKS


_STEP_PATH = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _step_path(value: Any) -> str:
    if isinstance(value, str) and _STEP_PATH.fullmatch(value):
        return value
    raise refuse(
        Text("步骤须写成“流程/步骤”", "a step is written PROCESS/STEP"),
        Text("例如 hv-single/drawing-review", "for example hv-single/drawing-review"),
    )


def one_or_several(value: Any) -> Any:
    """A single target stands for a list of one."""
    return [value] if isinstance(value, str) else value


StepPath = Annotated[str, BeforeValidator(_step_path), WithJsonSchema({"type": "string", "pattern": f"^{_STEP_PATH.pattern}$"})]
"""``process/step``: an element of that name at any depth of the process's flow."""
