"""Ctrl-C and SIGTERM: one of them ends the process, whatever it is doing, with exit code 130.

Python answers a signal between two of its instructions. Nearly always that is at once: KeyboardInterrupt unwinds the
command, which clears up as it goes (:mod:`sim.engine.replicate`). While a library computes, it may be late: LLVM
compiles the engine in calls of ten seconds, and calls back into Python from where no exception gets out. So a thread
hears of the signal from the system itself, and ends the process if it is still there a moment later. What is written
by then is whole or beside its name (:mod:`sim.whole_files`).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType

INTERRUPTED = 130
_PATIENCE_S = 1.2


def answer() -> None:
    """From here on, in the process of the command."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _interrupt)
    here, there = socket.socketpair()
    there.setblocking(False)
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_see_that_it_ends, args=(here, there), daemon=True).start()


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _see_that_it_ends(here: socket.socket, _: socket.socket) -> None:
    while here.recv(1)[0] not in (signal.SIGINT, signal.SIGTERM):
        pass
    time.sleep(_PATIENCE_S)
    for process in multiprocessing.active_children():
        process.kill()
    with contextlib.suppress(Exception):
        sys.stderr.flush()
    os._exit(INTERRUPTED)
