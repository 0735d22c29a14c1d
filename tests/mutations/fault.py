"""What a fault is: one place of the program said wrongly, and who ought to notice."""

from __future__ import annotations

from typing import NamedTuple

from tests.conftest import ROOT


class Fault(NamedTuple):
    """``old`` is found exactly once in ``file`` and becomes ``new``; ``tests`` are files, or tests in them."""

    id: str
    rule: int
    file: str
    old: str
    new: str
    means: str
    tests: tuple[str, ...]

    @property
    def in_kernel(self) -> bool:
        """Whether it must be compiled to be seen."""
        return self.file.startswith("sim/engine/kernel/")

    @property
    def text(self) -> str:
        """The file as it is."""
        return (ROOT / self.file).read_text("utf-8")

    @property
    def trouble(self) -> str:
        """Why it cannot be tried; nothing when it can."""
        if self.old == self.new:
            return "old and new are the same"
        found = self.text.count(self.old)
        return "" if found == 1 else f"its old text is found {found} times in {self.file}"
