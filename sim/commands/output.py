"""What commands print, and what they write beside it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import rich_click as click

from sim.text import Language, Text
from sim.whole_files import write_whole

JsonTarget = Path | TextIO
"""A file, or the standard output of ``--json -``."""


class Unbroken:
    """A standard stream whose reader may go away (``| head -1``), or was never there, while the work goes on."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or io.StringIO()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        return self._while_read(self._stream.write, text)

    def flush(self) -> None:
        self._while_read(self._stream.flush)

    def _while_read(self, act: Callable[..., Any], *given: str) -> Any:
        try:
            return act(*given)
        except BrokenPipeError:  # what is still to come goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            return act(*given)


def tell(lang: Language) -> Callable[[Text], None]:
    """Lines on the error channel, in the reader's language."""
    return lambda text: click.echo(text.in_(lang), err=True)


def write_json(target: JsonTarget | None, content: Any) -> None:
    """The result as JSON, where ``--json`` asks for it."""
    write(target, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def write(target: JsonTarget | None, text: str) -> None:
    """To a file, whole or not at all, or to standard output; errors as :func:`sim.whole_files.write_whole`."""
    if isinstance(target, Path):
        write_whole(target, text.encode())
    elif target is not None:
        click.echo(text, file=target, nl=False)
