"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
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
    neighbour: Path | None = None
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        neighbour = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        neighbour.chmod(0o666 & ~_UMASK)
        neighbour.replace(path)
        neighbour = None
        _sync_folder(path.parent)
    except OSError as error:
        raise unwritable(error, path) from error
    finally:  # a Ctrl-C leaves nothing half-written either
        if neighbour is not None:
            neighbour.unlink(missing_ok=True)


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
