"""What changed from one scenario to another, paired by replication under the same random numbers."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.results import Change
from sim.analysis.samples import Sample
from sim.model.scenario import Scenario


def changes(
    before: Scenario, samples_before: Sequence[Sample], after: Scenario, samples_after: Sequence[Sample]
) -> tuple[Change, ...]:
    """Each limit under its default reading; both scenarios were run with the same seed and replications."""
    raise NotImplementedError
