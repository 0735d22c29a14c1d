"""How far a file has been read, on the error channel: a line that moves on a terminal, elsewhere one now and then."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.commands.output import tell
from sim.text import Language, Text

if TYPE_CHECKING:
    from calibration.importing.raw import RawBatch, RawTable

_READ = Text("正在读取 {name}:{rows} 行", "reading {name}: {rows} rows")
_EVERY = 5_000_000
"""Rows between two lines where nothing can move."""


@contextmanager
def watched(table: RawTable, lang: Language) -> Iterator[RawTable]:
    """The same table; each reading of it is told while it goes on, and the line is gone when it is done."""
    from rich.console import Console
    from rich.status import Status

    console = Console(stderr=True)
    status = Status("", console=console) if console.is_terminal else None

    def shown(rows: int) -> str:
        return _READ.in_(lang).format(name=table.source.name, rows=f"{rows:,}")

    def batches() -> Iterator[RawBatch]:
        rows, told, before = 0, 0, time.monotonic()
        for batch in table.batches():
            yield batch
            rows += len(batch)
            if status is not None and time.monotonic() > before + 0.2:
                before = time.monotonic()
                status.update(shown(rows))
                status.start()
            elif status is None and rows >= told + _EVERY:
                told = rows
                tell(lang)(Text(shown(rows), shown(rows)))

    try:
        yield replace(table, batches=batches)
    finally:
        if status is not None:
            status.stop()
