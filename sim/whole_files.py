"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from errno import EISDIR
from pathlib import Path

from sim.errors import EnvironmentFailure, reason
from sim.text import Text

_UMASK = os.umask(0)
"""The process's mask for new files, which temporary files do not heed; it can only be read by changing it, which two
threads must not do at once."""
os.umask(_UMASK)


def write_whole(path: Path, content: bytes, make_folder: bool = True) -> None:
    """Write a file: to a neighbour first, down to the disk, then under its name.

    Its folder is made, or else has to be there: one that somebody removed is not silently begun anew.

    Errors: EnvironmentFailure where the folder cannot be made or written, or the disk is full; what stood under the
    name before is still there then. A pipe or a device, such as ``/dev/null``, is written where it stands.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
    except OSError as error:
        raise unwritable(error, path) from error
    write_together(path.parent, {path.name: content}, make_folder)


def write_together(folder: Path, contents: Mapping[str, bytes | None], make_folder: bool = True) -> None:
    """Write files of one folder, all of them or none, as :func:`write_whole` does one.

    A file without content is to be there no more: it belongs to an earlier result. All contents are down on the disk
    before the first name is given; once names are given, an interrupt waits until the last one is.

    Errors: EnvironmentFailure as of :func:`write_whole`.
    """
    staged: dict[Path, Path] = {}
    path = folder
    try:
        if make_folder:
            folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            path = folder / name
            if path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            if content is not None:
                staged[path] = _neighbour(path, content)
        try:
            _give_names(staged, folder, contents)
        except KeyboardInterrupt:
            _give_names(staged, folder, contents)
            raise
        _sync_folder(folder)
    except OSError as error:
        raise unwritable(error, path) from error
    finally:  # a Ctrl-C leaves nothing half-written either
        for neighbour in staged.values():
            neighbour.unlink(missing_ok=True)


def _neighbour(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_UMASK)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _give_names(staged: dict[Path, Path], folder: Path, contents: Mapping[str, bytes | None]) -> None:
    """What has its name already is passed over, so that it can be begun again."""
    for path, neighbour in staged.items():
        if neighbour.exists():
            neighbour.replace(path)
    for name, content in contents.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)


def unwritable(error: OSError, where: Path) -> EnvironmentFailure:
    """What the reader is told when a file or a folder cannot be written."""
    return EnvironmentFailure(
        Text(f"无法写入:{reason(error).zh}", f"this cannot be written: {reason(error).en}"),
        Text("检查磁盘空间和文件夹权限", "check the disk's free space and the rights on the folder"),
        where=str(where),
    )


def _sync_folder(folder: Path) -> None:
    """Put the new name down to the disk, too, where the system lets one open a folder."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
