"""What a log as a whole gives away: times filled in later, cases that were left out of the extract, another system."""

from __future__ import annotations

from calibration.importing.findings import Findings
from calibration.importing.mapping import Mapping
from sim.eventlog import EventLog, Ints


def check(log: EventLog, due: Ints, mapping: Mapping, findings: Findings) -> None:
    """Warn of what may mislead; ``due``: by case of the log, the day it was promised for."""
