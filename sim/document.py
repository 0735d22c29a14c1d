"""``verdicts.json``: what a study found as one JSON document (results/README.md), the same bytes for the same run."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.results import StudyResult
from sim.model.scenario import Folder

SCHEMA = 1


def write(result: StudyResult, folder: Folder, path: Path) -> None:
    """Write the document, whole or not at all."""
    raise NotImplementedError
