from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from sim.model.reforms.change import STEPS, Change, StepPath, one_or_several

StepPaths = Annotated[tuple[StepPath, ...], BeforeValidator(one_or_several), Field(min_length=1)]


class Remove(Change):
    """The steps fall away (取消): nobody does them, nobody waits for them."""

    phase: ClassVar[int] = STEPS
    remove: StepPaths
