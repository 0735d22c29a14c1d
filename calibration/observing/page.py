"""``report.html`` of an observation: the facts on page one, then each limit, its late cases, the data's quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.importing.findings import Findings
from calibration.observing import pictures, words
from calibration.observing.change import Change
from calibration.observing.grouping import Group, on_time
from calibration.observing.observed import Facts, LateCase, Observation, Observed, first_and_last
from calibration.observing.tables import finding_rows, overview
from calibration.observing.workbook import MOST_LATE
from sim.analysis.census import CensusResult
from sim.model.limits import Limit
from sim.report import numbers, wording
from sim.report.inline_svg import InlineSvg
from sim.report.typography import shown
from sim.report.verdict_words import MARKS, value_words
from sim.text import Language, Text

_MOST_LATE = 50
"""Late cases of a limit on the page; the workbook has them all."""
_MOST_GROUPS = 20
_MOST_STUCK = 8


@dataclass(frozen=True)
class Section:
    """One limit as the page shows it."""

    each: Observed
    figures: list[str]
    facts: str
    future: str
    cohort: str
    readings: list[tuple[str, str, str, str, str]]
    withheld: list[tuple[str, str]]
    groups: list[tuple[Text, tuple[Group, ...]]]
    tells_late: bool
    stuck: list[tuple[str, int]]
    late_heads: tuple[Text, ...]
    late: list[tuple[str, ...]]
    more_late: int
    listed_in: str


def page(
    observation: Observation,
    findings: Findings | None,
    source: str,
    change: Change | None,
    lang: Language,
    findings_before: Findings | None = None,
) -> str:
    """The whole report as HTML, pictures inside; ``findings_before`` are of the file from before."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader("calibration.observing"), PackageLoader("sim.report")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    lacks = words.lacked_for_step(observation.log.missing)
    found = ((words.OF_BEFORE, findings_before), (words.OF_THIS if findings_before else Text("", ""), findings))
    return environment.get_template("observed.html").render(
        w=words,
        t=lambda zh, en: zh if lang == "zh" else en,
        say=lambda text: shown(text.in_(lang), lang),
        fit=lambda text: shown(text, lang, longest=2000),
        lang=lang,
        o=observation,
        source=source,
        period=observation.days,
        periods=[] if change is None else [first_and_last(its) for its in change.periods],
        lacking=words.lacked(observation.log.missing).in_(lang) if observation.log.missing else "",
        rows=list(overview(observation, lang)),
        marks=MARKS,
        share=numbers.fine_share,
        days=numbers.days,
        sections=list(_sections(observation, lang)),
        lacking_for_step=words.lacked(lacks).in_(lang) if lacks else "",
        findings=[
            (name, rows) for name, each in found if each is not None and (rows := list(finding_rows(each, lang)))
        ],
        change=change,
        sign=lambda value: "+" * (value > 0) + numbers.signed(100 * value, 1),
    )


def _sections(observation: Observation, lang: Language) -> Iterator[Section]:
    svg = InlineSvg()
    for each in observation.limits:
        if not each.cases:
            continue
        drawn = [picture for draw in (pictures.finished, pictures.months) if (picture := draw(each, lang)) is not None]
        late = () if each.facts is None else each.facts.late
        default = each.default
        heads, rows = _late(late[:_MOST_LATE], lang)
        yield Section(
            each=each,
            figures=[svg.element(picture) for picture in drawn],
            facts="" if default is None else _facts(each.limit, default, lang),
            future=""
            if each.facts is None or not each.limit.tells_late(each.facts.reading)
            else _future(each.facts, lang),
            cohort=_cohort(each, lang),
            readings=list(_readings(each, lang)),
            withheld=[
                (id_, f"{error.rule.in_(lang)}: {words.lacked(str(error.value).split(', ')).in_(lang)}")
                for id_, error in each.verdict.withheld
            ],
            groups=[] if each.facts is None else _groups(each.facts),
            tells_late=default is not None and each.limit.tells_late(default.reading),
            stuck=[] if each.facts is None else list(each.facts.stuck[:_MOST_STUCK]),
            late_heads=heads,
            late=rows,
            more_late=max(len(late) - _MOST_LATE, 0),
            listed_in="late.csv" if len(late) > MOST_LATE else "observed.xlsx",
        )


def _groups(facts: Facts) -> list[tuple[Text, tuple[Group, ...]]]:
    """By month of acceptance, then by district, unit and class, most cases first; months of the end are a picture."""
    found = []
    for key, groups in facts.groups.items():
        if key == "accepted":
            found.append((words.COLUMN_OF_GROUP[key], groups[-_MOST_GROUPS:]))
        elif key != "month":
            most = sorted(groups, key=lambda g: (-g.finished, g.name))[:_MOST_GROUPS]
            found.append((words.COLUMN_OF_GROUP[key], tuple(most)))
    return found


def _facts(limit: Limit, default: CensusResult, lang: Language) -> str:
    """n, late, still open, in one sentence."""
    unit = wording.after_number(default.reading).in_(lang)
    mean = "-" if default.mean.value is None else f"{numbers.days(default.mean.value)} {unit}"
    if not limit.tells_late(default.reading):
        told = Text("办结 {n} 件,在办 {open} 件;平均用时 {mean}", "{n} finished, {open} still open; mean {mean}")
    else:
        told = Text(
            "办结 {n} 件,其中超期 {late} 件;在办 {open} 件,其中已超期 {open_late} 件;平均用时 {mean}",
            "{n} finished, {late} of them late; {open} still open, {open_late} of them late already; mean {mean}",
        )
    return told.format(
        n=default.closed,
        late=default.late,
        open=default.open_beyond_limit + default.open_undecided,
        open_late=default.open_beyond_limit,
        mean=mean,
    ).in_(lang)


def _future(facts: Facts, lang: Language) -> str:
    share = facts.late_share
    told = words.TO_COME.format(share=numbers.alone(share, numbers.fine_share, lang)).in_(lang)
    if share.low is None:
        return told + ("" if share.reason is None else f" ({share.reason.in_(lang)})")
    return f"{told} ({numbers.interval(share, numbers.fine_share, lang)})"


def _cohort(each: Observed, lang: Language) -> str:
    if each.facts is None or each.facts.curve is None:
        return ""
    unit = wording.after_number(each.facts.reading).in_(lang)
    curve, seen = each.facts.curve, each.facts.seen
    found = [curve.quantile(0.5).value, curve.quantile(0.9).value, curve.restricted_mean(seen).value, seen]
    median, most, mean, until = ("-" if days is None else f"{numbers.days(days)} {unit}" for days in found)
    return words.COHORT.format(median=median, most=most, mean=mean, until=until).in_(lang)


def _readings(each: Observed, lang: Language) -> Iterator[tuple[str, str, str, str, str]]:
    for result in each.verdict.readings:
        share = (
            on_time(result.closed, result.late, result.open_beyond_limit)
            if each.limit.tells_late(result.reading)
            else None
        )
        decision = "" if result.decision is None else value_words(result.decision, assumed=False).in_(lang)
        mean = "-" if result.mean.value is None else numbers.days(result.mean.value)
        told = "-" if share is None or not each.limit.tells_late(result.reading) else numbers.fine_share(share)
        yield result.reading.name.in_(lang), str(result.closed), told, mean, decision


def _late(cases: Sequence[LateCase], lang: Language) -> tuple[tuple[Text, ...], list[tuple[str, ...]]]:
    """Heads and rows of the late list, without columns of which nothing is known."""
    columns: dict[Text, list[str]] = {
        words.CASE: [case.label for case in cases],
        words.CLASS: [case.case_class for case in cases],
        words.DISTRICT: [case.district for case in cases],
        words.ACCEPTED: [_minute(case.accepted) for case in cases],
        words.STOPPED: [words.OPEN.in_(lang) if case.stopped is None else _minute(case.stopped) for case in cases],
        words.DAYS: [numbers.days(case.days) for case in cases],
        words.OVER: ["" if case.over is None else numbers.days(case.over) for case in cases],
        words.STEP: [case.step or "" for case in cases],
    }
    told = {head: cells for head, cells in columns.items() if any(cells)}
    return tuple(told), list(zip(*told.values(), strict=True))


def _minute(instant: int) -> str:
    return str(np.datetime64(instant, "us"))[:16].replace("T", " ")
