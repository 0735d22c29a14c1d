"""One fault in a copy of the project: who notices it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import ROOT
from tests.mutations.fault import Fault

COPIED = ("calibration", "scenarios", "sim", "tests", "pyproject.toml")
LONGEST_S = 900
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_TESTS_FAILED, _INTERRUPTED = 1, 2


def noticed_by(fault: Fault) -> str:
    """The first test that fails; nothing when the fault survives."""
    return _first_failure(fault.tests, in_kernel=fault.in_kernel, fault=fault)


def failing_without(faults: Iterable[Fault]) -> str:
    """The first of their tests that fails without any fault: then nothing that they notice would count."""
    some = list(faults)
    for in_kernel in (False, True):
        asked = dict.fromkeys(test for fault in some if fault.in_kernel == in_kernel for test in fault.tests)
        if asked and (failed := _first_failure(tuple(asked), in_kernel=in_kernel)):
            return failed
    return ""


def _first_failure(tests: tuple[str, ...], *, in_kernel: bool, fault: Fault | None = None) -> str:
    with TemporaryDirectory(prefix="shixian-fault-") as folder:
        copy = Path(folder) / "copy"
        for name in COPIED:
            _copied(ROOT / name, copy / name)
        if fault is not None:
            (copy / fault.file).write_text(fault.text.replace(fault.old, fault.new), "utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider"]
        command += ["--hypothesis-profile", "unshrunk", *tests]
        try:
            ended = subprocess.run(
                command, cwd=copy, env=_surroundings(folder, in_kernel), capture_output=True, text=True,
                timeout=LONGEST_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "no end"
    if ended.returncode == 0:
        return ""
    failed = _FAILED.search(ended.stdout)
    if ended.returncode not in (_TESTS_FAILED, _INTERRUPTED) or failed is None:
        raise RuntimeError(f"{' '.join(command)}\n{ended.stdout}{ended.stderr}")
    return failed[1]


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    else:
        shutil.copy2(source, target)


def _surroundings(folder: str, in_kernel: bool) -> dict[str, str]:
    """Only a fault of the kernel is compiled, fast rather than well; what is compiled goes with the copy."""
    compiling = {"NUMBA_OPT": "0", "NUMBA_CACHE_DIR": folder} if in_kernel else {"NUMBA_DISABLE_JIT": "1"}
    return {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")} | compiling
