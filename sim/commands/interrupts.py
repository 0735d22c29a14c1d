"""Ctrl-C and SIGTERM: one of them ends the process soon, two at once, whatever it is doing, with exit code 130.

Python answers a signal between two of its instructions. Nearly always that is at once: KeyboardInterrupt unwinds the
command, which clears up as it goes (:mod:`sim.engine.replicate`). It may be late, since LLVM compiles the engine in
calls of ten seconds, or be lost, since nothing gets out of what an object does when it goes. So a thread hears of the
signal from the system itself, and ends the process if it is still there a moment later. What is written by then is
whole or beside its name (:mod:`sim.whole_files`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
_PATIENCE_S = 1.2
_TRACKER = "ignore:resource_tracker:UserWarning"


def answer(words: str) -> None:
    """From here on, in the process of the command; ``words`` are said where nobody else can say them."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _interrupt)
    # Python's own tracker unlinks the semaphores that a pool leaves behind; its warning of them is not for users.
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _TRACKER]))
    here, there = socket.socketpair()
    there.setblocking(False)
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_see_that_it_ends, args=(here, there, words), daemon=True).start()


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def end() -> NoReturn:
    """Now, with the exit code of an interrupt, whatever else goes on here.

    Python itself would kill the process by SIGINT instead, where the interrupt came while a library was imported.
    """
    for process in multiprocessing.active_children():
        process.kill()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(INTERRUPTED)


def _hear(here: socket.socket) -> None:
    while here.recv(1)[0] not in (signal.SIGINT, signal.SIGTERM):
        pass


def _see_that_it_ends(here: socket.socket, _: socket.socket, words: str) -> None:
    _hear(here)
    here.settimeout(_PATIENCE_S)
    with suppress(TimeoutError):
        _hear(here)  # who asks twice is not kept waiting
    with suppress(OSError):
        os.write(2, f"{words}\n".encode())
    end()
