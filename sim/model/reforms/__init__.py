"""Reforms (改革举措): named sets of typed changes to a model, of the process or of the clock (rule 19)."""

from sim.model.reforms.change import Change, ClockChange
from sim.model.reforms.reform import Reform

__all__ = ["Change", "ClockChange", "Reform"]
