"""A folder that one process at a time may write into.

The lock is the system's, and ends with the process that holds it, however that dies: none is ever stale.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import EnvironmentFailure
from sim.text import Text
from sim.whole_files import unwritable

if sys.platform == "win32":

    def _lock(folder: Path) -> int:
        """A file that only one process can make, and that the system removes with its handle."""
        return os.open(folder / ".lock", os.O_CREAT | os.O_EXCL | os.O_TEMPORARY)

else:
    import fcntl

    def _lock(folder: Path) -> int:
        """Of the folder itself, so that no file is left behind."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise
        except OSError:
            pass  # a file system without locks
        return handle


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder. Errors: EnvironmentFailure while another one is in it, or where it is gone."""
    try:
        handle = _lock(folder)
    except (BlockingIOError, FileExistsError):
        rule = Text("另一次运行正在写入这个目录", "another run is writing into this folder")
        cure = Text("等它结束,或换一个 --out 目录", "wait until it is done, or give another --out")
        raise EnvironmentFailure(rule, cure, where=str(folder)) from None
    except OSError as error:
        raise unwritable(error, folder) from error
    try:
        yield
    finally:
        os.close(handle)
