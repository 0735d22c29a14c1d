"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("shixian", deadline=None)  # a busy machine is no counter-example
settings.register_profile("unshrunk", deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
settings.load_profile("shixian")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The team's shared material beside the checkout; a user's machine has none."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared material is not beside this checkout")
    return folder
