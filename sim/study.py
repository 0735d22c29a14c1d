"""The main job: scenarios simulated over replications, judged and compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sim.analysis.results import StudyResult
from sim.model.scenario import Folder

Progress = Callable[[int, int], None]


def run_study(
    folder: Folder,
    scenario_ids: Sequence[str],
    *,
    name: str,
    seed: int,
    replications: int,
    out: Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    keep_logs: bool = True,
    command: str = "",
) -> StudyResult:
    """Simulate and judge; the first scenario is the one that the others are compared with.

    ``name``: the folder as it was given. With ``out``, ``logs/SCENARIO/NNNN.parquet`` and ``run.json`` are written.
    The result is the same for any number of workers. Errors: InputError for an unknown scenario,
    EnvironmentFailure where ``out`` cannot be written or a worker dies.
    """
    raise NotImplementedError
