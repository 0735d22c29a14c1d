"""What theory says of a scenario folder: its ``expected.toml``, with the exact numbers, their formulas and sources.

TOML, since every YAML file of a scenario folder is part of the scenario.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from sim.errors import InputError, InputErrors
from sim.model.part import Id, Moment, Name, Part, refuse
from sim.model.places import Document, Marks, Place
from sim.model.quantities import Duration, Unit
from sim.model.refusals import refusals
from sim.model.sessions import TimeOfDay
from sim.text import Text

EXPECTED, NOT_EXPRESSIBLE = "expected.toml", "not-expressible.toml"

What = Literal["time", "wait", "stay", "number", "queue", "busy", "visits", "withdrawn"]
Statistic = Literal["mean", "sd", "variance", "log-mean", "log-sd", "quantile", "within", "above", "law"]
_OF_CASES: tuple[What, ...] = ("time", "wait", "stay")
_AT_A_TIME: tuple[Statistic, ...] = ("within", "above")


def _ascending(law: tuple[tuple[Any, float], ...]) -> tuple[tuple[Any, float], ...]:
    if all(a[0].size < b[0].size and a[1] <= b[1] for a, b in pairwise(law)):
        return law
    raise refuse(
        Text("分布的各点须从小到大", "the points of a law stand in order"), Text("从小到大写", "put them in order")
    )


class Answer(Part):
    """One exact number, or one whole law, and what of the simulated history it is compared with.

    ``time``: from acceptance to close of the cases accepted in the window. ``wait``: of their work or sessions at
    ``step`` from ready to start, or until they gave up; ``stay`` to the end. ``number``: cases in the system, or at
    ``step``, averaged over the window, or over its days at a time of day; ``queue``: those that wait at ``step``.
    ``busy``: the share of open time that ``pool`` works. ``visits``: executions of ``step`` for each case.
    ``withdrawn``: the share of cases that give up.
    """

    of: What
    step: str | None = Field(default=None, description="by its path, such as job/serve")
    pool: Id | None = None
    case_class: Id | None = Field(default=None, alias="class", description="cases of this class only")
    statistic: Statistic = "mean"
    at: Duration | None = Field(default=None, description="P(within at) or P(above at)")
    level: Annotated[float, Field(gt=0, lt=1)] | None = Field(default=None, description="of a quantile")
    time_of_day: TimeOfDay | None = Field(default=None, description="a number at this time of every day")
    calendar: Id | None = Field(default=None, description="times in open time of this calendar")
    unit: Unit = Field(default="h", description="of times; numbers and shares have none")
    from_: Moment | None = Field(default=None, alias="from", description="what becomes ready from then on")
    until: Moment | None = Field(default=None, description="and before then")
    exact: float | None = None
    law: Annotated[tuple[tuple[Duration, float], ...], AfterValidator(_ascending)] = Field(
        default=(), description="[time, P(up to that time)], point by point"
    )
    precision: float = Field(
        default=0.02, gt=0, le=0.1, description="largest standard error: of the exact number, or of a law's probability"
    )
    formula: str
    source: str | None = Field(default=None, description="where it differs from the case's")

    @model_validator(mode="after")
    def _whole(self) -> Answer:
        needs = {
            "at": self.statistic in _AT_A_TIME,
            "level": self.statistic == "quantile",
            "law": self.statistic == "law",
            "exact": self.statistic != "law",
            "pool": self.of == "busy",
        }
        wrong = [name for name, needed in needs.items() if needed != (getattr(self, name) not in (None, ()))]
        wrong += ["step"] if self.step is None and self.of in ("wait", "stay", "queue", "visits") else []
        wrong += ["statistic"] if self.of not in _OF_CASES and self.statistic != "mean" else []
        if wrong:
            raise refuse(
                Text(f"与所问不符:{'、'.join(wrong)}", f"does not fit what is asked: {', '.join(wrong)}"),
                Text("对照 scenarios/verification/README.md", "compare scenarios/verification/README.md"),
            )
        return self


class Expected(Part):
    """What is known of one scenario folder."""

    source: str
    answers: tuple[Answer, ...] = Field(min_length=1)


class NotExpressible(Part):
    """A known answer that no scenario folder can ask for, and why."""

    id: str
    name: Name
    source: str
    reason: Name


@dataclass(frozen=True)
class KnownCase:
    """A scenario folder whose answers are known; its name begins with the case's id: ``Q01-mm1``."""

    id: str
    folder: Path
    expected: Expected


def known_cases(root: Path) -> tuple[list[KnownCase], list[NotExpressible]]:
    """The cases under a folder in the order of their names, and those that cannot be expressed, with the reasons.

    Errors: :class:`InputError` where there are none, or where an expected answer is not written as it should be.
    """
    folders = sorted(path.parent for path in root.glob(f"*/{EXPECTED}"))
    if not folders:
        raise InputError(
            Text(f"没有已知答案:其中没有带 {EXPECTED} 的情景目录", f"no known answers: no folder in it has {EXPECTED}"),
            Text("例如 scenarios/verification", "for example scenarios/verification"),
            where=str(root),
        )
    found = [KnownCase(f.name.partition("-")[0], f, _read(f / EXPECTED, Expected)) for f in folders]
    listed = root / NOT_EXPRESSIBLE
    others = _read(listed, _Others).cases if listed.exists() else ()
    return found, [*others]


class _Others(Part):
    cases: tuple[NotExpressible, ...]


def _read(path: Path, kind: type[Any]) -> Any:
    place = Place(path.as_posix())
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return TypeAdapter(kind).validate_python(data)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Text(f"不是 TOML:{error}", f"this is no TOML: {error}"),
            Text("见 toml.io", "see toml.io"),
            where=str(place),
        ) from None
    except ValidationError as error:
        raise InputErrors(refusals(error, Document(data, {(): Marks(place, place)}))) from None
