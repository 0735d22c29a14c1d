"""Files of one result are there together or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sim.errors import EnvironmentFailure
from sim.whole_files import write_together

OLD = {"a": b"old a", "b": b"old b", "gone": b"old"}
NEW = {"a": b"new a", "b": b"new b", "gone": None}


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_together(tmp_path / "out", OLD)
    return tmp_path / "out"


def test_a_new_result_takes_the_place_of_the_old_one_and_of_files_that_it_does_not_have(folder: Path) -> None:
    (folder / "mine").write_bytes(b"kept")
    write_together(folder, NEW)
    assert there(folder) == {"a": b"new a", "b": b"new b", "mine": b"kept"}


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_leaves_the_old_result_whole(folder: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    left, real = [failing], os.fsync

    def full(handle: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFailure):
        write_together(folder, NEW)
    assert there(folder) == OLD


def test_an_interrupt_while_the_files_are_made_leaves_the_old_result(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_together(folder, NEW)
    assert there(folder) == OLD


def test_an_interrupt_between_the_names_waits_for_the_last_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = Path.replace, []

    def replace(self: Path, target: Any) -> Path:
        done = real(self, target)
        calls.append(target)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_together(folder, NEW)
    assert there(folder) == {"a": b"new a", "b": b"new b"}


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_changed(folder: Path) -> None:
    (folder / "b").unlink()
    (folder / "b").mkdir()
    with pytest.raises(EnvironmentFailure):
        write_together(folder, NEW)
    assert (folder / "a").read_bytes() == b"old a"
