"""What was found as sentences: 模拟结果显示…预计…; nothing is guaranteed (保证), nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator

from sim.analysis.results import Change, ReadingResult, ScenarioResult, Value, Verdict
from sim.analysis.statistics import Estimate
from sim.report import cells, change_words, numbers
from sim.report.edition import ENOUGH, Edition
from sim.report.stopped_words import stopped
from sim.report.verdict_words import value_words

_ORDER: tuple[Value, ...] = ("met", "not-met", "depends-on-reading", "undecided")


def summary(edition: Edition) -> list[str]:
    """Page one in a few sentences: how many promises hold, before and after; where it sticks; what it rests on."""
    return [*_counts(edition), *_busiest(edition), *_basis(edition), *_runs(edition)]


def _counts(edition: Edition) -> Iterator[str]:
    number = len(edition.limits(numbered=True))
    if not number:
        return
    say = edition.choose
    told = []
    for found in edition.result.scenarios:
        name, counted = edition.scenario_name(found.id), _tally(edition, found)
        told.append(say(f"“{name}”情景下，{counted}", f"in scenario “{name}” {counted}"))
    yield say(
        f"模拟结果显示，{number} 项有时限的承诺事项预计：{'；'.join(told)}。",
        f"The simulation shows for the {number} commitments with a limit: {'; '.join(told)}.",
    )
    without = len(edition.limits(numbered=False))
    if without:
        yield say(
            f"另有 {without} 项文件未设时限，不作判定，只列改革前后的情况。",
            f"For another {without} the plan sets no number; before and after are shown.",
        )


def _tally(edition: Edition, found: ScenarioResult) -> str:
    """``2 项假设下可达、1 项因口径而异``."""
    parts = []
    for value in _ORDER:
        its = [verdict for verdict in found.verdicts if verdict.value == value]
        for assumed in (False, True):
            number = sum(verdict.assumed == assumed for verdict in its)
            if number:
                words = edition.say(value_words(value, assumed=assumed))
                parts.append(edition.choose(f"{number} 项{words}", f"{number} {words}"))
    return edition.choose("、", ", ").join(parts)


def _busiest(edition: Edition) -> Iterator[str]:
    say = edition.choose
    known = [load for load in edition.last.pools if load.load.value is not None]
    if known:
        most = max(known, key=lambda load: (load.load.value or 0.0, load.pool))
        name, load = edition.pool_name(most.pool), numbers.alone(most.load, numbers.share, edition.language)
        yield say(f"负荷最高的班组为{name}（{load}）。", f"The busiest pool: {name} ({load}).")
    yield from growing(edition)


def growing(edition: Edition) -> list[str]:
    """Which pools' queues grow without end, scenario by scenario, and what that means."""
    told = []
    for found in edition.result.scenarios:
        pools = list(dict.fromkeys(pool for verdict in found.verdicts for pool in verdict.growing))
        if pools:
            names, name = (
                edition.choose("、", ", ").join(map(edition.pool_name, pools)),
                edition.scenario_name(found.id),
            )
            told.append(
                edition.choose(
                    f"“{name}”情景下{names}的排队无限增长，与其有关的承诺不给出稳态数值。",
                    f"In scenario “{name}” the queue of {names} grows without end: no steady figures for the "
                    "commitments that need it.",
                )
            )
    return told


def _basis(edition: Edition) -> Iterator[str]:
    paths = {path for verdict in edition.verdicts() for path in verdict.assumptions}
    if paths:
        yield edition.choose(
            f"结论所依据的 {len(paths)} 项数据为假设，取得实测数据后应重新测算。",
            f"The conclusions rest on {len(paths)} assumed figures; they are to be redone when measured data arrive.",
        )


def _runs(edition: Edition) -> Iterator[str]:
    number = edition.result.replications
    if edition.result.stopped:
        yield stopped(edition)
    elif edition.few():
        yield edition.choose(
            f"各情景只模拟 {number} 次，区间仅供参考，宜增至 {ENOUGH} 次以上。",
            f"With {number} replication{'s' * (number > 1)} each, intervals are rough: {ENOUGH} or more are wanted.",
        )


def findings(edition: Edition, limit: str) -> list[str]:
    """A commitment in sentences: what it took before, what it is expected to take, where the longest case stuck."""
    found = edition.across(limit)
    (_, first), (last_scenario, last) = found[0], found[-1]
    if last.default is None or first.default is None:
        return []
    sentences = []
    if len(found) > 1:
        sentences.append(_compared(edition, first, last, edition.scenario_name(last_scenario.id)))
    else:
        sentences.append(_alone(edition, last.default))
    sentences.append(_longest(edition, last.default))
    return [sentence for sentence in sentences if sentence]


def _alone(edition: Edition, result: ReadingResult) -> str:
    mean, share = _mean(edition, result), numbers.alone(result.share_within, numbers.share, edition.language)
    if result.ratio is not None:
        ratio = cells.outcome(edition, result).leading
        return edition.choose(f"模拟结果显示，{ratio}。", f"The simulation shows: {ratio}.")
    if not cells.tells_late(result):
        return edition.choose(f"模拟结果显示，平均用时预计为 {mean}。", f"The simulation shows a mean of {mean}.")
    label = cells.share_label(edition, result)
    return edition.choose(
        f"模拟结果显示，平均用时预计为 {mean}，{label}预计为 {share}。",
        f"The simulation shows a mean of {mean}; {label}: {share}.",
    )


def _compared(edition: Edition, first: Verdict, last: Verdict, name: str) -> str:
    assert first.default is not None and last.default is not None
    before, after = first.default, last.default
    say, parts = edition.choose, []
    change = edition.change(last.limit, last.scenario)
    ending = change_words.ending(edition, change, "mean")
    if before.mean.value is not None and after.mean.value is not None:
        less = after.mean.value < before.mean.value and change_words.certain(change, "mean")
        verb = say("压缩至" if less else "变为", "falls to" if less else "becomes")
        parts.append(
            say(
                f"平均用时预计由 {_mean(edition, before)}{verb} {_mean(edition, after)}{ending}",
                f"the mean {verb} {_mean(edition, after)} from {_mean(edition, before)}{ending}",
            )
        )
    if after.ratio is not None:
        parts.append(cells.outcome(edition, after).leading)
    parts += _share(edition, before, after, change)
    parts += _stages(edition, first.stages, last.stages)
    if not parts:
        return ""
    return say(
        f"模拟结果显示，“{name}”实施后，{'；'.join(parts)}。", f"The simulation shows for “{name}”: {'; '.join(parts)}."
    )


def _share(edition: Edition, before: ReadingResult, after: ReadingResult, change: Change | None) -> Iterator[str]:
    shares, label = (before.share_within, after.share_within), cells.share_label(edition, after)
    if shares[0].value is None or shares[1].value is None:
        return
    old, new = (numbers.alone(share, numbers.share, edition.language) for share in shares)
    if old == new:
        yield edition.choose(f"{label}预计仍为 {new}", f"the {label} stays {new}")
    else:
        rises = shares[1].value > shares[0].value and change_words.certain(change, "share_within")
        ending = change_words.ending(edition, change, "share_within")
        verb = edition.choose("提高到" if rises else "变为", "rises" if rises else "goes")
        yield edition.choose(
            f"{label}预计由 {old} {verb} {new}{ending}", f"the {label} {verb} from {old} to {new}{ending}"
        )


def _stages(edition: Edition, before: Estimate, after: Estimate) -> Iterator[str]:
    if before.value is None or after.value is None:
        return
    old, new = numbers.count(before.value), numbers.count(after.value)
    if old != new:
        less = after.value < before.value
        verb = "压减至" if less else "变为"
        yield edition.choose(f"环节平均由 {old} 个{verb} {new} 个", f"the stages go from {old} to {new} on average")


def _longest(edition: Edition, result: ReadingResult) -> str:
    if result.longest_days is None:
        return ""
    counted, step = edition.amount(cells.longest(result), result), edition.step_name(result.longest_stuck_at)
    if not step:
        return edition.choose(f"最长一件用时 {counted}。", f"The longest case took {counted}.")
    season = edition.season(result.longest_stuck_at)
    return edition.choose(
        f"最长一件用时 {counted}，卡在“{step}”{season}。",
        f"The longest case took {counted}, most of it at “{step}”{season}.",
    )


def _mean(edition: Edition, result: ReadingResult) -> str:
    return edition.amount(numbers.alone(result.mean, numbers.days, edition.language), result)
