"""The fewest people that keep a limit: tables and sentences for the terminal."""

from __future__ import annotations

from sim.analysis.fewest_people import Staffing, Tried
from sim.analysis.results import ReadingResult
from sim.model.base import Model
from sim.report import numbers
from sim.report.table import plain
from sim.report.verdict_words import verdict_words
from sim.report.wording import after_number, describe_limit
from sim.text import Language, Text

_POOLS = (
    Text("班组", "people"),
    Text("现有", "now"),
    Text("工作量至少", "work needs"),
    Text("最少", "fewest"),
    Text("负荷", "busy"),
    Text("平均等待(小时)", "mean wait (h)"),
    Text("单价", "cost each"),
)
_FRONTIER = (Text("人数", "people"), Text("费用", "cost"), Text("结果", "outcome"), Text("结论", "conclusion"))
_BEYOND = 3


def title(found: Staffing, lang: Language) -> str:
    limit = found.scenario.model.limits[found.limit]
    promised = f"{found.limit} {limit.name.in_(lang)}{Text('：', ': ').in_(lang)}{describe_limit(limit).in_(lang)}"
    return f"{found.scenario.name.in_(lang)}  {promised}"


def pools_table(found: Staffing, lang: Language) -> str:
    """Pool by pool: people now, what the work alone needs, the fewest, and how busy they are then."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(_POOLS):
        table.add_column(heading.in_(lang), justify="right" if i else "left", overflow="fold")
    shown = found.fewest or found.now
    for i, pool in enumerate(found.pools):
        load = shown.loads[i]
        wait = numbers.NONE if load.mean_wait_h is None else f"{load.mean_wait_h:.1f}"
        fewest = numbers.NONE if found.fewest is None else str(found.fewest.people[i])
        table.add_row(
            found.scenario.model.pools[pool].name.in_(lang),
            str(found.now.people[i]),
            str(found.floor[i]),
            fewest,
            numbers.alone(load.load, numbers.share, lang),
            wait,
            f"{found.costs[i]:g}",
        )
    return plain(table)


def frontier_table(found: Staffing, lang: Language) -> str:
    """People against how well the limit is kept: the best that was tried at each cost."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(_FRONTIER):
        table.add_column(heading.in_(lang), justify="right" if i == 1 else "left", overflow="fold")
    for one in found.frontier:
        table.add_row(people(one), f"{one.cost:g}", outcome(one, lang), verdict_words(one.verdict).in_(lang))
    return plain(table)


def people(tried: Tried) -> str:
    """``24 + 12 + 3``, in the order of the pools."""
    return " + ".join(map(str, tried.people))


def outcome(tried: Tried, lang: Language) -> str:
    """The share within the limit, or the mean, with its interval."""
    default = tried.verdict.default
    if default is None:
        return numbers.NONE
    kind = _kind(default)
    if tried.verdict.growing:
        return Text("排队无限增长", "the queue grows without end").in_(lang)
    if kind in ("mean", "median"):
        estimate = default.mean if kind == "mean" else default.median
        words = Text("平均" if kind == "mean" else "中位", kind).in_(lang)
        unit = after_number(default.reading).in_(lang)
        return f"{words} {numbers.with_interval(estimate, numbers.days, lang)} {unit}"
    return numbers.with_interval(default.share_within, numbers.share, lang)


def sentences(found: Staffing, budget: float | None, lang: Language) -> list[str]:
    """What was found, what it rests on, and what it does not answer."""
    said = [_answer(found), *_budget(found, budget)]
    said += _spoiled(found)
    said += _beyond(found, found.scenario.model)
    said.append(
        Text(
            f"以上按“人越多越不会更慢”推断,共模拟 {len(found.tried)} 种配置,"
            f"每种 {found.replications} 次,随机数相同;{_contradicted(found).zh}。",
            f"This takes it that more people never make it slower; {len(found.tried)} staffings were simulated, "
            f"{found.replications} replications each, under the same random numbers; {_contradicted(found).en}.",
        )
    )
    return [text.in_(lang) for text in said]


def _answer(found: Staffing) -> Text:
    best, ceiling = found.fewest, found.ceiling
    if best is None:
        most = people(ceiling)
        if ceiling.verdict.default is not None and ceiling.verdict.default.decision == "undecided":
            return Text(
                f"即使配到 {most},模拟次数仍不足以判定:增加 --replications。",
                f"Even with {most} there are too few runs to decide: give more --replications.",
            )
        return Text(
            f"单靠增加人员不能守住时限:即使配到 {most},仍为 {outcome(ceiling, 'zh')}。",
            f"No number of people keeps the limit: even {most} come to {outcome(ceiling, 'en')}.",
        )
    proof = (
        Text("更便宜的配置均已排除", "every cheaper staffing is ruled out")
        if found.proven
        else Text("尚有更便宜的配置未试(可加大 --most)", "cheaper ones were left untried (give more --most)")
    )
    return Text(
        f"守住时限最少须 {people(best)}(费用 {best.cost:g},现有 {found.now.cost:g}):{outcome(best, 'zh')}。"
        f"{proof.zh}。",
        f"The limit is kept with {people(best)} (cost {best.cost:g}, now {found.now.cost:g}): {outcome(best, 'en')}; "
        f"{proof.en}.",
    )


def _budget(found: Staffing, budget: float | None) -> list[Text]:
    if budget is None:
        return []
    if found.fewest is not None and found.fewest.cost <= budget:
        return [Text(f"在预算 {budget:g} 之内。", f"That is within the budget of {budget:g}.")]
    best = found.within(budget)
    if best is None:
        return [
            Text(
                f"预算 {budget:g} 之内,连工作量也完不成。", f"With a budget of {budget:g} not even the work gets done."
            )
        ]
    return [
        Text(
            f"预算 {budget:g} 之内,试过的配置中最好的是 {people(best)}:{outcome(best, 'zh')}。",
            f"Within the budget of {budget:g} the best that was tried is {people(best)}: {outcome(best, 'en')}.",
        )
    ]


def _spoiled(found: Staffing) -> list[Text]:
    if not found.spoiled:
        return []
    ids = ", ".join(found.spoiled)
    return [
        Text(f"按这一配置,{ids} 将不能守住。", f"With these people {ids} would no longer be kept."),
    ]


def _beyond(found: Staffing, model: Model) -> list[Text]:
    listed = sorted(found.beyond.items(), key=lambda step: -step[1])
    if not listed:
        return []
    steps = "; ".join(f"{step} {days:.1f}" for step, days in listed[:_BEYOND])
    more = len(listed) - _BEYOND
    zh, en = (f" 等 {len(listed)} 步", f" and {more} more") if more > 0 else ("", "")
    return [
        Text(
            f"下列步骤只知用时、不知工时,增减人员对其没有作用(平均计入天数):{steps}{zh}。",
            f"Of these steps only the time is known, not the effort; people change nothing there (mean counted days): "
            f"{steps}{en}.",
        )
    ]


def _contradicted(found: Staffing) -> Text:
    worse = [
        (few, many)
        for few in found.tried
        for many in found.tried
        if few.keeps and not many.keeps and all(m >= n for m, n in zip(many.people, few.people, strict=True))
    ]
    if not worse:
        return Text("试过的配置与此一致", "none of them contradicts that")
    return Text(f"但有 {len(worse)} 对配置与此相反", f"but {len(worse)} pairs of them contradict that")


def _kind(result: ReadingResult) -> str | None:
    return None if result.statistic is None else result.statistic.kind
