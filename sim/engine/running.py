"""What the parts of the reference engine know of it while it runs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol

import simpy

from sim.engine.history import CaseState, History
from sim.engine.instant import Instant
from sim.engine.prepared import Prepared
from sim.model.base import Model


class Running(Protocol):
    """One replication under way."""

    env: simpy.Environment
    prepared: Prepared
    model: Model
    history: History
    instant: Instant
    behaviours: Mapping[str, Behaviour]

    @property
    def now(self) -> int:
        """The present instant, in microseconds."""
        ...

    def uniform(self, stream: str, case: CaseState, visit: int) -> float:
        """The keyed random number of one purpose (rule 11)."""
        ...

    def new_case(self, identity: int, label: str, process: str, case_class: str, **known: Any) -> CaseState:
        """A case that is there from now on."""
        ...


Behaviour = Callable[[Running, CaseState], Generator[simpy.Event, Any, None]]
"""A researcher's own step in Python: yields SimPy events of ``engine.env``; the step ends when it returns."""
