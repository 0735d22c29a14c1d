"""What a step asks for: servers, how long its case holds out for them, when it is due (rules 4, 9 and 13)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sim.model.figures import RateFigure
from sim.model.laws import Law
from sim.model.part import Id, Part, refuse
from sim.model.quantities import Duration
from sim.text import Text


class Need(Part):
    """n servers of a pool, or the server who did an earlier step of the same case (rule 4)."""

    pool: Id | None = None
    n: int = Field(default=1, ge=1)
    same_server_as: Id | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Need:
        if self.pool is None and self.same_server_as is None:
            raise refuse(
                Text(
                    "须写明班组,或写明由办理哪一步骤的人办理", "a need names a pool, or the step whose server it keeps"
                ),
                Text("写 pool: 班组标识,或 same_server_as: 步骤标识", "write pool: POOL or same_server_as: STEP"),
            )
        if self.same_server_as is not None and self.n != 1:
            raise refuse(Text("沿用原办理人只能是一人", "the server kept is one"), Text("删去 n", "leave out n"))
        return self


class Patience(Part):
    """How long a waiting entry holds out (rule 13); ``proceed`` is approval by silence: the step counts as done."""

    after: Law
    calendar: Id | None = None
    then: Literal["withdraw", "proceed"] = "withdraw"


class Due(Part):
    """Sets the case's ``due`` from this step's ready instant (rule 9); an order of queues, not a clock."""

    after: Duration
    calendar: Id | None = None


class FactorBy(Part):
    """A factor on the duration for each value of a case attribute (``class`` is one); others take 1."""

    attribute: Id
    values: dict[str, RateFigure]
