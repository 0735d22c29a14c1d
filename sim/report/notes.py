"""What stands below the table and page one so that they hide nothing: what the scenarios and the means are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sim.analysis.results import ClassMean, Verdict
from sim.model.figure_paths import parts_of
from sim.model.reforms.reform import Basis, Reform
from sim.report import numbers
from sim.report.edition import Edition
from sim.text import Text

_MOST_CHANGES = 3
_DASH = Text("——", " — ")
_MORE = Text("等 {n} 项改动", "{n} changes in all")
_HEADS: dict[Basis, Text] = {
    "not-called-for": Text("方案未要求的举措：{reforms}。", "Not called for by the plan: {reforms}."),
    "to-be-explored": Text("方案只要求探索推行的举措：{reforms}。", "The plan only asks to explore: {reforms}."),
}
_SECTIONS = {
    "step": ("processes",), "source": ("sources",), "pool": ("pools",), "session": ("sessions",),
    "queue": ("pools", "sessions"), "calendar": ("calendars",), "limit": ("limits",),
}  # fmt: skip
"""Where in the folder stands what a change touches."""

Told = list[tuple[Reform, list[str]]]


def notes(edition: Edition, limits: Collection[str] | None = None) -> list[str]:
    """Reforms that no clause calls for, with what they change; those only to be explored; cautions; mixed means.

    About the commitments of the study, or these of them alone: of a reform that touches nothing that their times rest
    on there is nothing to tell.
    """
    ids = [id_ for its in edition.services.values() for id_ in its if limits is None or id_ in limits]
    told = _reforms(edition, ids)
    return [*_bases(edition, told), *_cautions(edition, told), *_mixed_means(edition, ids)]


def class_means(edition: Edition, verdict: Verdict) -> list[str]:
    """``三零用户（需外线工程）平均 12.2``, class by class, where a limit on a mean mixes several."""
    mean = edition.choose("平均", " mean")
    return [
        f"{edition.class_name(its.case_class)}{mean} {numbers.alone(its.mean, numbers.days, edition.language)}"
        for its in _mixed(verdict)
    ]


def _mixed(verdict: Verdict) -> list[ClassMean]:
    """The classes that have a mean, where the mean is promised and there are several; the slowest first."""
    statistic = None if verdict.default is None else verdict.default.statistic
    if statistic is None or statistic.kind != "mean":
        return []
    found = sorted(
        (its for its in verdict.classes if its.mean.value is not None), key=lambda its: -(its.mean.value or 0)
    )
    return found if len(found) > 1 else []


def _bases(edition: Edition, told: Told) -> Iterator[str]:
    for basis, head in _HEADS.items():
        listed = [
            _reform(edition, reform, where, changes=basis == "not-called-for")
            for reform, where in told
            if reform.basis == basis
        ]
        if listed:
            yield head.in_(edition.language).format(reforms=edition.choose("；", "; ").join(listed))


def _cautions(edition: Edition, told: Told) -> Iterator[str]:
    for reform, where in told:
        if reform.caution is not None:
            name = _reform(edition, reform, where, changes=False)
            head, dash = edition.choose("须注意：", "Bear in mind: "), edition.choose(*_DASH)
            yield f"{head}{name}{dash}{edition.prose(reform.caution)}"


def _reforms(edition: Edition, limits: Sequence[str]) -> Told:
    """Each reform that touches these commitments, with the names of the scenarios that have it; of none where all do.

    All that have any reform, that is.
    """
    rests_on = {("limits", id_) for id_ in limits}
    for scenario in edition.scenarios.values():
        rests_on = rests_on.union(*(parts_of(scenario.model, id_) for id_ in limits if id_ in scenario.model.limits))
    reformed = [scenario for scenario in edition.scenarios.values() if scenario.reforms]
    having: dict[int, tuple[Reform, list[str]]] = {}
    for scenario in reformed:
        for _, reform in scenario.reforms:
            having.setdefault(id(reform), (reform, []))[1].append(edition.scenario_name(scenario.id))
    return [
        (reform, [] if len(where) == len(reformed) else where)
        for reform, where in having.values()
        if not rests_on.isdisjoint(_touched(edition, reform))
    ]


def _touched(edition: Edition, reform: Reform) -> set[tuple[str, str]]:
    """The parts of the folder that a reform changes, as ``("pools", "line-crews")``."""
    base = edition.folder.base()
    return {
        (section, id_.partition("/")[0] if kind == "step" else id_)
        for change in (*reform.changes, *reform.clock_changes)
        for kind, id_, *_ in change.touches(base)
        for section in _SECTIONS[kind]
    }


def _reform(edition: Edition, reform: Reform, where: list[str], *, changes: bool) -> str:
    """``“增配带电作业班”（仅“…”情景）——人员（班组数）“带电作业班”由 3 增至 6``."""
    say = edition.choose
    told = f"“{edition.say(reform.name)}”"
    if where:
        names = say("、", ", ").join(f"“{name}”" for name in where)
        told += numbers.bracketed(say(f"仅{names}情景", f"only in {names}"), edition.language)
    if not changes:
        return told
    every = [*reform.changes, *reform.clock_changes]
    base = edition.folder.base()
    listed = [edition.prose(change.describe(base)) for change in every[:_MOST_CHANGES]]
    if len(every) > _MOST_CHANGES:
        listed.append(_MORE.in_(edition.language).format(n=len(every)))
    return f"{told}{say(*_DASH)}{say('，', ', ').join(listed)}"


def _mixed_means(edition: Edition, limits: Sequence[str]) -> Iterator[str]:
    for id_ in limits:
        found = [verdict for _, verdict in edition.across(id_)]
        last = found[-1]
        mixed = _mixed(last)
        if mixed and last.default is not None:
            listed = edition.choose("；", "; ").join(_class(edition, its, found) for its in mixed)
            yield edition.choose(
                f"{id_} 的平均数由 {len(mixed)} 类办件合成：{listed}。",
                f"{id_} is one mean over {len(mixed)} classes of cases: {listed}.",
            )


def _class(edition: Edition, its: ClassMean, found: list[Verdict]) -> str:
    """``三零用户（需外线工程）占 40%，平均 31.6 → 12.2 个工作日，高于时限``: from the first scenario to the last."""
    default, language = found[-1].default, edition.language
    assert default is not None
    before = [one.mean for one in found[0].classes if one.case_class == its.case_class and len(found) > 1]
    means = [mean for mean in (*before, its.mean) if mean.value is not None]
    days = edition.amount(" → ".join(numbers.alone(mean, numbers.days, language) for mean in means), default)
    share = numbers.share(its.cases / default.cases)
    over = (its.mean.low or 0.0) > (default.limit_value or 0.0)  # its whole interval is
    name = edition.class_name(its.case_class)
    told = edition.choose(f"{name}占 {share}，平均 {days}", f"{name}, {share} of them, mean {days}")
    return told + (edition.choose("，高于时限", ", above the limit") if over else "")
