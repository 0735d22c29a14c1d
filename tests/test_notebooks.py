"""Every notebook runs from its first cell to its last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("notebook", sorted(ROOT.glob("notebooks/*.py")), ids=lambda path: path.stem)
def test_a_notebook_runs(notebook: Path) -> None:
    done = subprocess.run([sys.executable, notebook], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout
