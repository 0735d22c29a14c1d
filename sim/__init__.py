"""Shixian (时限): does a changed process meet its limit, how sure are we, and what is the cheapest change that does?

The public names, listed once; each is imported when it is first asked for, since some of what lies behind is slow.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Calendar": "sim.model.open_time",
    "Clock": "sim.model.clocks",
    "EventLog": "sim.eventlog",
    "Folder": "sim.model.scenario",
    "InputError": "sim.errors",
    "Limit": "sim.model.limits",
    "Scenario": "sim.model.scenario",
    "ShixianError": "sim.errors",
    "StudyResult": "sim.analysis.results",
    "Text": "sim.text",
    "attribute": "sim.analysis.attribution",
    "clock_times": "sim.analysis.clock_times",
    "load": "sim.model.files",
    "run_study": "sim.study",
    "simulate": "sim.engine.engines",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
