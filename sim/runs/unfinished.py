"""A run that is under way inside its folder of results: finished units whole, everything else put there at the end.

    DIR/.unfinished/asked.json                  what was asked for, and what it depends on
    DIR/.unfinished/units/SCENARIO/NNNN         a finished replication (:mod:`sim.runs.units`)
    DIR/.unfinished/results/...                 what goes into DIR when all of it is written

One run at a time is in a folder. One that is stopped, by whatever, leaves DIR as it was and this folder for
``shixian resume``; one that ends leaves no trace of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any

from sim.analysis.results import KeptLogs
from sim.analysis.samples import Sample
from sim.errors import InputError, RunError
from sim.runs import units
from sim.runs.locks import locked
from sim.runs.units import Place
from sim.text import Text
from sim.whole_files import unwritable, write_whole

HOME, LOGS = ".unfinished", "logs"
PACKAGES = ("numpy", "scipy", "simpy", "numba", "pyarrow", "pydantic", "chinesecalendar")
"""Whose versions say, beside this program's, what a run comes to."""
_ASKED, _UNITS, _RESULTS = "asked.json", "units", "results"
_OURS = re.compile(r"[0-9]{4,7}\.parquet")
_KEPT: dict[KeptLogs, float] = {"all": inf, "first": 1, "none": 0}
"""Of how many replications of each scenario the log is kept."""
_SOURCES = Path(__file__).parent.parent

Tell = Callable[[Text], None]
"""Called with what a reader should know of a run that goes on."""


@dataclass(frozen=True)
class Asked:
    """What a run is: the same again gives the same bytes.

    ``scenarios``: the hash of each, in their order. ``folder``: hash of all that the folder describes. ``job``: the run
    as it was asked for on the command line. ``program``: fingerprint of the sources and of the versions used.
    ``beside``: further scenarios that are simulated to compare with, of which no log is kept.
    """

    scenarios: Mapping[str, str]
    seed: int
    replications: int
    engine: str
    logs: KeptLogs
    folder: str
    job: Mapping[str, Any]
    program: str
    beside: Mapping[str, str] = field(default_factory=dict)

    def units(self) -> int:
        """How many there are in all."""
        return (len(self.scenarios) + len(self.beside)) * self.replications

    def log_names(self) -> list[str]:
        """The files of the event logs that are kept, below the folder of logs."""
        return [
            log_name(scenario, replication)
            for scenario in self.scenarios
            for replication in range(self.replications)
            if replication < _KEPT[self.logs]
        ]

    def key(self, scenario: str, replication: int) -> str:
        """What a unit is a sample of, and by which program."""
        its = [self.scenarios.get(scenario) or self.beside[scenario], self.seed, replication, self.engine, self.program]
        return hashlib.sha256(json.dumps(its).encode()).hexdigest()


def log_name(scenario: str, replication: int) -> str:
    return f"{scenario}/{replication:04d}.parquet"


def program() -> str:
    """Fingerprint of this program's sources, of the versions of what it computes with and of the platform."""
    sources = sorted(_SOURCES.rglob("*.py"))
    known = [path.relative_to(_SOURCES).as_posix().encode() + path.read_bytes() for path in sources]
    versions = [version(name) for name in PACKAGES] + [platform.python_version(), platform.machine(), platform.system()]
    return hashlib.sha256(b"\0".join([*known, *(one.encode() for one in versions)])).hexdigest()


@dataclass(frozen=True)
class Unfinished:
    """A run under way in ``out``, whose lock is held."""

    out: Path
    asked: Asked
    tell: Tell

    @property
    def results(self) -> Path:
        """Where everything is written that :meth:`put` puts in its place."""
        return self.out / HOME / _RESULTS

    def place(self, scenario: str, replication: int) -> Place:
        name = log_name(scenario, replication)
        logged = name in self._logs
        return Place(
            self.out / HOME / _UNITS / name.removesuffix(".parquet"),
            self.asked.key(scenario, replication),
            self.results / LOGS / name if logged else None,
            self.out / LOGS / name if logged else None,
        )

    @cached_property
    def _logs(self) -> set[str]:
        return set(self.asked.log_names())

    def kept(self, place: Place) -> Sample | None:
        """A unit that is finished already; one that cannot be believed is told, dropped and done again."""
        try:
            return units.kept(place)
        except units.Unusable as unusable:
            cure = Text("弃之重做", "it is dropped and done again")
            where = place.file.relative_to(self.out)
            self.tell(Text(f"{where}:{unusable.why.zh},{cure.zh}", f"{where}: {unusable.why.en}; {cure.en}"))
            place.file.unlink(missing_ok=True)
            return None

    def finished(self) -> int:
        """How many units are kept."""
        return sum(path.is_file() for path in (self.out / HOME / _UNITS).glob("*/[0-9]*"))

    def begin(self) -> None:
        """Make room for units and write down what was asked for."""
        try:
            for scenario in (*self.asked.scenarios, *self.asked.beside):
                (self.out / HOME / _UNITS / scenario).mkdir(parents=True)
            for scenario in self.asked.scenarios:
                (self.results / LOGS / scenario).mkdir(parents=True)
        except OSError as error:
            raise unwritable(error, self.out) from error
        write_whole(self.out / HOME / _ASKED, _written(self.asked))

    def of(self, replications: int) -> Unfinished:
        """The same run with as many replications as it has come to, where it was to choose their number."""
        return dataclasses.replace(self, asked=dataclasses.replace(self.asked, replications=replications))

    def put(self) -> None:
        """Put the results in their places and end the run; it takes no more room on the disk.

        Logs of an earlier run that this one does not replace go, with their folders, and nothing else. A run that is
        stopped in the middle of it goes on here: what is in its place already stays there.
        """
        try:
            for log in sorted(self._logs):
                if not ((self.results / LOGS / log).is_file() or (self.out / LOGS / log).is_file()):
                    raise FileNotFoundError(2, "", str(log))
            for path in sorted(path for path in self.results.rglob("*") if path.is_file()):
                target = self.out / path.relative_to(self.results)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
            self._remove_earlier_logs(self.out / LOGS)
            self.end()
        except OSError as error:
            raise unwritable(error, self.out) from error

    def end(self) -> None:
        """Remove what was kept to go on with; what says so goes first, so that no half of it is taken for a run."""
        (self.out / HOME / _ASKED).unlink(missing_ok=True)
        shutil.rmtree(self.out / HOME, ignore_errors=True)

    def _remove_earlier_logs(self, logs: Path) -> None:
        for path in logs.glob("*/*.parquet"):
            if _OURS.fullmatch(path.name) and path.relative_to(logs).as_posix() not in self._logs:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()


def _silent(_: Text) -> None:
    """Nobody is told."""


@contextmanager
def begun(out: Path, asked: Asked, *, anew: bool = False, tell: Tell = _silent) -> Iterator[Unfinished]:
    """A new run in a folder, which is made if need be.

    Errors: InputError where an unfinished run keeps replications there, unless this one is to begin ``anew``;
    EnvironmentFailure where the folder cannot be written or another run is in it.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, out) from error
    with locked(out):
        earlier = read(out, tell)
        if earlier is not None and not anew and (count := earlier.finished()):
            raise _in_the_way(earlier, count)
        shutil.rmtree(out / HOME, ignore_errors=True)
        run = Unfinished(out, asked, tell)
        with _left_for_later(run):
            run.begin()
            yield run


@contextmanager
def resumed(out: Path, *, tell: Tell = _silent) -> Iterator[Unfinished | None]:
    """The unfinished run of a folder, None where there is none.

    Errors: InputError where the program is no longer the one that began it; EnvironmentFailure as :func:`begun`.
    """
    if not out.is_dir():
        yield None
        return
    with locked(out):
        run = read(out, tell)
        if run is None:
            yield None
            return
        if run.asked.program != program():
            rule = Text(
                "程序或其所用软件包的版本已变,不能接着算", "the program, or a package it uses, is no longer the same"
            )
            raise InputError(rule, ANEW, where=str(out))
        with _left_for_later(run):
            for stray in (out / HOME).rglob(".*"):  # a file whose writing was cut off
                stray.unlink(missing_ok=True)
            yield run


@contextmanager
def passing(out: Path, asked: Asked) -> Iterator[Unfinished]:
    """A new run that nobody can resume: whatever stops it, nothing of it stays."""
    with begun(out, asked, anew=True) as run:
        try:
            yield run
        finally:
            run.end()


ANEW = Text("用原来的命令加 --anew 从头开始", "begin again: the same command with --anew")


def read(out: Path, tell: Tell = _silent) -> Unfinished | None:
    """The run that was begun in a folder; None where there is none that one could go on with."""
    try:
        written = json.loads((out / HOME / _ASKED).read_bytes())
        asked = Asked(**written["asked"])
        whole = bool(asked.job) and written["sha256"] == _digest(asked)
        return Unfinished(out, asked, tell) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _written(asked: Asked) -> bytes:
    written = {"sha256": _digest(asked), "asked": dataclasses.asdict(asked)}
    return (json.dumps(written, ensure_ascii=False, indent=1) + "\n").encode()


def _digest(asked: Asked) -> str:
    return hashlib.sha256(json.dumps(dataclasses.asdict(asked), ensure_ascii=False).encode()).hexdigest()


def _in_the_way(run: Unfinished, count: int) -> InputError:
    of = run.asked.units()
    return InputError(
        Text(
            f"这个目录中有一次未完成的运行(已有 {count}/{of} 次模拟)",
            f"an unfinished run is in this folder, with {count} of {of} replications",
        ),
        Text(
            f"接着算:shixian resume {run.out};或加 --anew 弃之,从头开始",
            f"go on with it: shixian resume {run.out}; or give it up and begin again: add --anew",
        ),
        where="--out",
        value=str(run.out),
    )


@contextmanager
def _left_for_later(run: Unfinished) -> Iterator[None]:
    """Tell how to go on with a run that is stopped; keep nothing of one that has come to nothing, or never will."""
    try:
        yield
    except BaseException as error:
        count = run.finished()
        if not count or isinstance(error, RunError):
            run.end()
        elif not isinstance(error, InputError):
            of = run.asked.units()
            run.tell(
                Text(
                    f"已完成的 {count}/{of} 次模拟已保留,接着算:shixian resume {run.out}",
                    f"{count} of {of} replications are kept; to go on: shixian resume {run.out}",
                )
            )
        raise
