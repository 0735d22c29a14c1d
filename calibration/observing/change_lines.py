"""What a comparison says on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calibration.observing.change import Change, Check, Difference
from sim.text import Text


def lines(change: Change) -> Iterator[Text]:
    """What changed, a line for each limit; or why the periods are not to be compared directly."""
    if not change.comparable:
        yield _not_comparable("", change.checks)
    for each in change.limits if change.comparable else ():
        if not each.comparable:
            yield _not_comparable(f"{each.id} ", each.checks)
            continue
        raw, adjusted = each.change, each.adjusted
        line = Text(
            f"{each.id} 改革前后:超期比例变化 {_points(raw)} 个百分点",
            f"{each.id} before and after: the late share changed by {_points(raw)} points",
        )
        if adjusted is not None:
            more = Text(
                f",类别构成不变时 {_points(adjusted)}", f", with the mix of classes held fast {_points(adjusted)}"
            )
            line = Text(line.zh + more.zh, line.en + more.en)
        yield line
    for id_, why in change.untold:
        yield Text(f"{id_} 不作前后比较:{why.zh}", f"{id_} is not compared: {why.en}")


def _not_comparable(name: str, checks: Iterable[Check]) -> Text:
    failing = [check.what for check in checks if check.holds is False]
    return Text(
        f"{name}改革前后不宜直接比较,不一致的:{'、'.join(what.zh for what in failing)}",
        f"{name}before and after are not to be compared directly; what differs: "
        f"{', '.join(what.en for what in failing)}",
    )


def _points(its: Difference) -> str:
    bounds = "" if its.low is None or its.high is None else f" ({100 * its.low:+.1f}~{100 * its.high:+.1f})"
    return f"{100 * its.value:+.1f}{bounds}"
