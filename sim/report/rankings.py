"""What each reform brings for a commitment, first in and last out: the words of the page and of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.analysis.results import Change, Ranked, Ranking
from sim.analysis.statistics import Estimate
from sim.report import numbers
from sim.report.change_words import Of, certain
from sim.report.edition import Edition
from sim.report.overview import SIGNS
from sim.report.table import plain
from sim.report.wording import describe_limit
from sim.text import Text

_GROWS = Text("排队无限增长", "a queue grows without end")
_HOW = Text(
    "单独实行：在“{before}”上只加这一项。从全部中撤去：从“{after}”中只去掉这一项。数字为指标的变化，减少为“−”；"
    "括号内为同一随机数下成对比较的 95% 区间。先列撤去后变化大的，再列单独实行时变化大的。"
    "两列都不能相加：举措共用人员、互为条件或互相替代，逐项之和不是全部举措的作用。"
    "每 20 个实际并无作用的数字，约有 1 个会偶然显得显著。",
    "Alone: only this reform on top of “{before}”. Left out: “{after}” without this reform. Figures are changes, "
    "a decrease has “−”; in brackets 95% intervals of pairs under the same random numbers. First stand the reforms "
    "whose loss changes most, then those that change most alone. Neither column adds up: reforms share people, need or "
    "replace each other, and their sum is not what all of them do together. "
    "Of twenty figures without any real effect about one looks beyond chance.",
)


class Effect(NamedTuple):
    """A change: the sign that says whether it may be chance, as in the overview, and its size with the interval."""

    sign: str
    size: str

    def words(self) -> str:
        return " ".join(filter(None, self))


class Line(NamedTuple):
    """A reform: what it changes alone, and when it is left out; an effect for each measure, the leading one first, or
    one for all."""

    reform: str
    name: str
    alone: tuple[Effect, ...]
    without: tuple[Effect, ...]


class Contributions(NamedTuple):
    """A commitment: reforms that change it, in their order; those whose effect may be chance; the others.

    ``unchanged``: how many there are that no case feels; ``unknown``: names of those without figures to compare.
    """

    id: str
    name: str
    promised: str
    leading: Of
    measures: tuple[str, ...]
    whole: tuple[Effect, ...]
    changing: list[Line]
    doubtful: list[Line]
    unchanged: int
    unknown: list[str]

    def left_out(self, edition: Edition, *, named: bool = True) -> list[str]:
        """The reforms without an effect beyond chance, in sentences: by name, or how many where nothing happens.

        ``named``: those whose effect may be chance, too, which have no line elsewhere.
        """
        say, doubtful = edition.choose, [line.name for line in self.doubtful if named]
        names = [
            (say("变化不显著：", "No significant change: "), doubtful),
            (say("没有可比较的数字：", "No figures to compare: "), self.unknown),
        ]
        found = [f"{words}{say('；', '; ').join(its)}{say('。', '.')}" for words, its in names if its]
        if n := self.unchanged:
            some = self.changing or self.doubtful or self.unknown
            none = say(f"另有 {n} 项对各办件毫无影响。", f"{n} more without effect on any case.")
            found.append(none if some else say("各项举措对各办件毫无影响。", "No reform has an effect on any case."))
        return found


class Told(NamedTuple):
    """All that a report says of the reforms one by one; ``services``: by the id of the service."""

    how: str
    signs: list[str]
    lacking: list[str]
    services: dict[str, list[Contributions]]


def told(edition: Edition) -> Told | None:
    """None where the study did not rank any reforms."""
    ranking = edition.result.ranking
    if ranking is None:
        return None
    services = {
        service: [contributions(edition, ranking, id_) for id_ in ids if id_ in edition.measured]
        for service, ids in edition.services.items()
    }
    services = {service: its for service, its in services.items() if its}
    return Told(how(edition, ranking), signs(edition), lacking(edition, ranking), services)


def how(edition: Edition, ranking: Ranking) -> str:
    """What the two columns are, and that they do not add up."""
    before, after = edition.scenario_name(ranking.before), edition.scenario_name(ranking.after)
    return edition.prose(Text(*(words.format(before=before, after=after) for words in (_HOW.zh, _HOW.en))))


def signs(edition: Edition) -> list[str]:
    """``≈ 变化不显著``: the signs before changes."""
    return [
        f"{SIGNS['chance']} {edition.choose('变化不显著', 'it may be chance')}",
        f"{SIGNS['same']} {edition.choose('对各办件毫无影响', 'no case fares differently')}",
    ]


def lacking(edition: Edition, ranking: Ranking) -> list[str]:
    """``先接入后改造：…``: reforms that cannot be told apart, and why."""
    colon = edition.choose("：", ": ")
    return [f"{_name(edition, reform)}{colon}{edition.prose(why)}" for reform, why in ranking.lacking.items()]


def contributions(edition: Edition, ranking: Ranking, limit: str) -> Contributions:
    """What each reform brings for one commitment."""
    of_limit = [one for one in ranking.reforms if one.limit == limit]
    whole = edition.change(limit, ranking.after)
    measures = _measures(edition, limit, [whole, *(its for one in of_limit for its in (one.first_in, one.last_out))])
    ranked = sorted(of_limit, key=lambda one: _weight(one, measures), reverse=True)
    changing = [one for one in ranked if any(_weight(one, measures))]
    others = [(one, _differences(one, measures)) for one in ranked if one not in changing]
    doubtful = [one for one, its in others if not all(map(_nothing, its))]
    unchanged = [one for one, its in others if its and one not in doubtful]
    unknown = [one for one, its in others if not its]
    promised = edition.limit(limit)
    return Contributions(
        limit,
        edition.say(promised.name),
        edition.say(describe_limit(promised)),
        measures[0],
        tuple(_label(edition, limit, of) for of in measures),
        tuple(_effect(edition, whole, of, -1) for of in measures),
        [_line(edition, one, measures) for one in changing],
        [_line(edition, one, measures) for one in doubtful],
        len(unchanged),
        [_name(edition, one.reform) for one in unknown],
    )


def ranking_table(edition: Edition, ranking: Ranking, limit: str) -> str:
    """One commitment's table in the terminal, of the measure that leads."""
    from rich import box
    from rich.table import Table

    say, its = edition.choose, contributions(edition, ranking, limit)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("改革举措", "reform"), overflow="fold")
    for heading in (say("单独实行", "alone (first in)"), say("从全部中撤去", "left out of all (last out)")):
        table.add_column(heading, overflow="fold", no_wrap=True)
    for line in (*its.changing, *its.doubtful):
        table.add_row(line.name, line.alone[0].words(), line.without[0].words())
    table.add_section()
    table.add_row(say("全部举措", "all of them"), its.whole[0].words(), "")
    title = f"{limit} {its.name}{say('：', ': ')}{its.promised}  [{its.measures[0]}]"
    return "\n".join([title, plain(table), *its.left_out(edition, named=False)])


def _measures(edition: Edition, limit: str, changes: Sequence[Change | None]) -> tuple[Of, ...]:
    """The share within the limit and the mean; the mean alone where it is promised, and where no share moves."""
    result = edition.across(limit)[-1][1].default
    statistic = None if result is None else result.statistic
    judged = statistic is not None and statistic.kind in ("every-case", "share")
    moves = any(not _nothing(its.share_within.difference) for its in changes if its and its.share_within)
    return ("share_within", "mean") if judged and moves else ("mean",)


def _label(edition: Edition, limit: str, of: Of) -> str:
    if of == "share_within":
        return edition.choose("按时办结率（百分点）", "share within the limit (points)")
    return edition.choose(f"平均用时（{unit(edition, limit)}）", f"mean time ({unit(edition, limit)})")


def unit(edition: Edition, limit: str) -> str:
    """``工作日``: what the mean time of a commitment is counted in."""
    result = edition.across(limit)[-1][1].default
    return edition.choose("天", "days") if result is None else edition.unit(result)


def _line(edition: Edition, one: Ranked, measures: tuple[Of, ...]) -> Line:
    lost = (Effect("", edition.say(_GROWS)),)
    return Line(
        one.reform,
        _name(edition, one.reform),
        lost if one.grows_alone else tuple(_effect(edition, one.first_in, of, -1) for of in measures),
        lost if one.grows_without else tuple(_effect(edition, one.last_out, of, 1) for of in measures),
    )


def _name(edition: Edition, reform: str) -> str:
    return edition.say(edition.folder.reforms[reform].name)


def _weight(one: Ranked, measures: tuple[Of, ...]) -> tuple[float, ...]:
    """What is not beyond chance weighs nothing."""
    sizes = [_size(change, of) for of in measures for change in (one.last_out, one.first_in)]
    return (one.grows_without, *sizes, one.grows_alone)


def _size(change: Change | None, of: Of) -> float:
    found = getattr(change, of) if certain(change, of) else None
    return abs(found.difference.value) if found else 0.0


def _differences(one: Ranked, measures: tuple[Of, ...]) -> list[Estimate]:
    """All that is known of what a reform changes, alone and left out."""
    found = [getattr(change, of) for change in (one.first_in, one.last_out) if change for of in measures]
    return [its.difference for its in found if its is not None and its.difference.value is not None]


def _nothing(difference: Estimate) -> bool:
    return difference.value == 0 and difference.low in (0, None) and difference.high in (0, None)


def _effect(edition: Edition, change: Change | None, of: Of, direction: int) -> Effect:
    """Signed as the reader sees it: what the figure does when the reform comes (-1), or when it goes (1)."""
    found = None if change is None else getattr(change, of)
    if found is None or found.difference.value is None:
        return Effect("", numbers.NONE)
    its = found.difference
    if _nothing(its):
        return Effect(SIGNS["same"], "")
    factor = direction * (100 if of == "share_within" else 1)
    size = _signed(factor * its.value)
    if its.low is not None and its.high is not None:
        ends = sorted((factor * its.low, factor * its.high))
        size += edition.bracketed(edition.choose("～", " to ").join(numbers.signed(end, 1) for end in ends))
    return Effect("" if certain(change, of) else SIGNS["chance"], size)


def _signed(value: float) -> str:
    """``+1.2``, ``−0.3``, ``0.0``."""
    return ("+" if round(value, 1) > 0 else "") + numbers.signed(value, 1)
