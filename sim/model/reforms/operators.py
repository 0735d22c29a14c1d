"""The typed changes, each told by its first key: ``- remove: hv-single/drawing-review``."""

from __future__ import annotations

from typing import Any

from sim.model.reforms.change import Change
from sim.model.reforms.removal import Remove

CHANGES: dict[str, type[Change]] = {kind.key(): kind for kind in (Remove,)}


def change_key(value: Any) -> str | None:
    """The key that says which change it is."""
    if isinstance(value, dict):
        return next((key for key in CHANGES if key in value), None)
    return value.key() if isinstance(value, Change) else None


AnyChange = Remove
AnyClockChange = Remove
