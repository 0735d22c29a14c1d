"""The two engines by name: which can run here, and one simulated history by either, or by both and compared.

Where numba cannot run, the reference engine takes over, in plain Python. Who simulates asks :func:`ready` once, and
gives the name that comes back to everything else, worker processes included.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from sim.errors import RunError
from sim.eventlog import EventLog
from sim.logcheck import first_difference, row_in_words, row_that_differs
from sim.model.scenario import Scenario
from sim.text import Text

if TYPE_CHECKING:
    from sim.engine.running import Behaviour

EngineName = Literal["kernel", "reference", "both"]
"""The compiled kernel; the reference engine; both, which stops where their histories differ."""
ENGINE: EngineName = "kernel"
"""What users get: its logs are those of the reference engine row for row."""
Tell = Callable[[Text], None]

_KERNEL, _LAST_COMPILED, _COMPILING_S = "sim.engine.kernel", "go_on", 50


def ready(engine: EngineName = ENGINE, tell: Tell | None = None) -> EngineName:
    """The engine that will simulate, compiled if it is to be and has never been: no worker need do it then.

    ``tell`` gets a line before that and one after it, with the seconds that it took, and a warning where numba cannot
    run and the answer is ``reference``; without ``tell`` only the warning is given, as Python gives warnings.
    """
    if engine == "reference":
        return engine
    why = _why_not(tell or _nothing)
    if why:
        _warn(
            Text(
                f"numba 在本机不能运行({why}),改用参考引擎(纯 Python,慢得多)",
                f"numba cannot run here ({why}); the reference engine takes over in plain Python, which is much slower",
            ),
            tell,
        )
    return "reference" if why else engine


def simulate(
    scenario: Scenario,
    seed: int,
    replication: int = 0,
    *,
    engine: EngineName = ENGINE,
    behaviours: Mapping[str, Behaviour] | None = None,
    lean: bool = False,
) -> EventLog:
    """One simulated history of a scenario.

    ``lean``: the log may lack cases of which the reporting window has nothing; what is said of the window is the same,
    and the kernel needs half the memory.
    ``behaviours`` gives waits, by the names of their paths, a Python generator of SimPy events instead, which only
    the reference engine can run.

    Errors: :class:`sim.errors.InputError` for behaviours with another engine; :class:`sim.errors.RunError` for an
    endless loop at one instant, too many visits, equal identities, and where both engines were asked for and differ.
    """
    from sim.engine import reference

    engine = ready(engine)
    if engine == "reference":
        return reference.simulate(scenario, seed, replication, behaviours)
    from sim.engine import kernel  # compiled where it is first asked for

    log = kernel.simulate(scenario, seed, replication, behaviours, lean=lean and engine == "kernel")
    if engine == "both":
        _refuse_a_difference(reference.simulate(scenario, seed, replication), log, scenario, replication)
    return log


def _refuse_a_difference(expected: EventLog, log: EventLog, scenario: Scenario, replication: int) -> None:
    """Rows are in the order of time, so the first that differs is nearest to the cause."""
    place = first_difference(expected, log)
    if place is None:
        return
    row = row_that_differs(expected, log)
    one, other = (Text(place, place) if row is None else row_in_words(its, row) for its in (expected, log))
    raise RunError(
        Text(
            f"两个引擎的结果不同\n  参考引擎: {one.zh}\n  编译引擎: {other.zh}",
            f"the two engines differ\n  reference: {one.en}\n  kernel: {other.en}",
        ),
        Text(
            "这是程序的缺陷,请报告;此前可用 --engine reference",
            "a defect of the program, please report it; until it is mended use --engine reference",
        ),
        where=f"{scenario.id}, {replication}",
    )


def _why_not(tell: Tell) -> str:
    """Why the kernel cannot run here, in the system's words; it is compiled to find out, unless it has been."""
    from sim import jit

    if jit.why_not():
        return jit.why_not()
    begun = None if _KERNEL in sys.modules or jit.is_kept(_LAST_COMPILED) else time.monotonic()
    if begun is not None:
        about = Text(
            f"编译引擎(本机本版本仅一次)… 约 {_COMPILING_S} 秒",
            f"compiling the engine (once on this machine and version) ... about {_COMPILING_S} s",
        )
        tell(about)
    try:
        import sim.engine.kernel  # noqa: F401
    except Exception as error:  # whatever it is, the reference engine can go on
        return f"{type(error).__name__}: {error}".splitlines()[0]
    if begun is not None:
        again = Text("", "")
        if not jit.is_kept(_LAST_COMPILED):
            again = Text(
                ";缓存目录不能写入,下次须再编译", "; the cache cannot be written, so it will be compiled again"
            )
        seconds = round(time.monotonic() - begun)
        tell(Text(f"编译完成,用时 {seconds} 秒{again.zh}", f"compiled in {seconds} s{again.en}"))
    return ""


def _nothing(_: Text) -> None:
    """Nobody is told."""


def _warn(text: Text, tell: Tell | None) -> None:
    if tell is None:
        warnings.warn(f"{text.zh} / {text.en}", RuntimeWarning, stacklevel=3)
    else:
        tell(text)
