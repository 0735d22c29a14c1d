"""Evidence of what is no single number and has no size, so no range: hours, rhythms, profiles of the year."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BeforeValidator

from sim.model.figures import Evidence
from sim.model.part import refuse
from sim.text import Text

V = TypeVar("V")
NO_RANGE = Text("作息、日期、系数表没有大小,依据不带范围", "hours, rhythms and profiles have no size, and so no range")


def _no_range(value: Any) -> Any:
    if value is None or value is True:
        return value
    raise refuse(NO_RANGE, Text("写 true,并写 source", "write true, and a source"))


class Pattern(Evidence[Any]):
    """Something with evidence of its own that has no range: ``log: true``, ``assumption: true``."""

    log: Annotated[Literal[True] | None, BeforeValidator(_no_range)] = None  # type: ignore[assignment]
    assumption: Annotated[Literal[True] | None, BeforeValidator(_no_range)] = None

    @property
    def range(self) -> None:
        return None


class PatternForm(Pattern, Generic[V]):
    """``{value: [0.5, 0.5, 1.4, ...], assumption: true, source: ...}``."""

    value: V

    @property
    def leading(self) -> V:
        return self.value
