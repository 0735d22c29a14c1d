"""What commands write beside what they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.whole_files import write_whole


def write_json(path: Path | None, content: Any) -> None:
    """The result as a JSON file, where ``--json`` asks for one; whole or not at all."""
    if path is not None:
        write_whole(path, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
