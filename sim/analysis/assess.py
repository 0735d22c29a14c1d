"""All verdicts of a scenario from the samples of its replications (rules 14 and 20)."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.results import ScenarioResult
from sim.analysis.samples import Sample
from sim.model.scenario import Scenario


def assess(scenario: Scenario, samples: Sequence[Sample]) -> ScenarioResult:
    """The verdicts, loads and counts of one scenario; ``samples`` in the order of the replications."""
    raise NotImplementedError
