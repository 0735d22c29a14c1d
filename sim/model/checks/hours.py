"""Calendars over the run: data for every year, a length for every working day that is used (rules 2, 5, 6)."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import InputError, Path, ShixianError
from sim.model.base import LEGAL
from sim.model.checks.whole import Whole, wrong
from sim.model.law_forms import LawForm
from sim.model.process import SessionStep, WaitStep, WorkStep
from sim.model.quantities import DAY_US, Quantity
from sim.text import Text

_LONGEST_YEARS = 100

Use = tuple[Path, LawForm | Quantity | None, str | None]
"""A duration, where it stands, and the calendar that it runs on, if any."""


def check(whole: Whole) -> Iterator[InputError]:
    """The length of the run, its years, and the calendars on it."""
    study = whole.model.study
    lengths: dict[Path, Quantity] = {("study", "run_out"): study.run_out}
    if study.brief is not None:
        lengths |= {("study", "brief", key): getattr(study.brief, key) for key in ("warm_up", "run_out")}
    if wrong_ones := {path: its for path, its in lengths.items() if its.in_working_days}:
        yield from (_working_days_of_nothing(path, its) for path, its in wrong_ones.items())
        return
    if study.end - study.begin > _LONGEST_YEARS * 366 * DAY_US:
        yield wrong(
            ("study", "to"),
            Text("模拟期长于 {n} 年", "the run is longer than {n} years").format(n=_LONGEST_YEARS),
            Text("缩短统计期", "shorten the reporting window"),
            value=study.to.isoformat(),
        )
        return
    yield from _compiling(whole)


def _compiling(whole: Whole) -> Iterator[InputError]:
    study, told = whole.model.study, set()
    for id_ in whole.specs:
        try:
            whole.calendar(id_)
        except ShixianError as error:
            if error.path[:1] == ("statutory",):  # the year is missing for all calendars alike
                path: Path = ("study", "to" if int(str(error.value)) >= study.to.year else "from")
            else:
                path = ("calendars", id_, *error.path)
            if (path, error.value) not in told:
                told.add((path, error.value))
                yield wrong(path, error.rule, error.cure, value=error.value)


def working_days(whole: Whole) -> Iterator[InputError]:
    """Whatever is in working days runs on a calendar whose working day has a length."""
    model, asked = whole.model, {}
    uses = [*_uses(whole), *(((("limits", id_, "value"), limit.value, LEGAL)) for id_, limit in model.limits.items())]
    for path, duration, calendar in uses:
        if duration is None or not duration.in_working_days:
            continue
        if calendar is None:
            yield _working_days_of_nothing(path, duration)
        elif path[0] != "limits" and calendar not in asked:
            asked[calendar] = path
            try:
                whole.specs[calendar].working_day_us(whole.specs)
            except ShixianError as error:
                yield wrong(("calendars", calendar, *error.path), error.rule, error.cure, value=calendar)


def _uses(whole: Whole) -> Iterator[Use]:
    model = whole.model
    for id_, session in model.sessions.items():
        yield ("sessions", id_, "length"), session.length.value, session.calendar
        if session.cut_off is not None:
            yield ("sessions", id_, "cut_off"), session.cut_off.value, session.calendar
    for id_, source in model.sources.items():
        if source.every is not None:
            yield ("sources", id_, "every"), source.every.value, None
    for site in whole.sites:
        step = site.element
        if not isinstance(step, (WorkStep, WaitStep, SessionStep)):
            continue
        if step.patience is not None:
            yield (*site.path, "patience", "after"), step.patience.after, step.patience.calendar
        if step.due is not None:
            yield (*site.path, "due", "after"), step.due.after, step.due.calendar
        if isinstance(step, WaitStep):
            yield (*site.path, "takes"), step.takes, step.calendar
        if isinstance(step, WorkStep):
            yield (*site.path, "effort"), step.effort, whole.calendar_of_effort(site)


def _working_days_of_nothing(path: Path, duration: object) -> InputError:
    return wrong(
        path,
        Text("工作日(wd)须依据一个工作时间表", "working days (wd) run on a calendar"),
        Text("写 calendar: 工作时间表,或改用 h、d", "add calendar: CALENDAR, or use h or d"),
        **({"value": str(duration)} if isinstance(duration, Quantity) else {}),
    )
