"""The parts that the time of a case is drawn in: whose it is and what kind, of the counted time and of all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.analysis.results import Verdict
from sim.report.edition import Edition
from sim.text import Text

GROUPS: dict[str, Text] = {
    "work": Text("办理", "work"),
    "staff": Text("排队等人手", "queue for staff"),
    "session": Text("等待集中办理", "waiting for a session"),
    "wait": Text("办理或等候（不占班组）", "work or waits without a pool"),
    "season": Text("季节性停工（不是排队）", "season closed (no queue)"),
    "closed": Text("下班、节假日、班组停工", "outside the staff's hours"),
    "beside": Text("与不计时环节同时进行", "beside steps that do not count"),
    "before": Text("模拟开始前", "before the run"),
    "open": Text("尚未办结的办件", "cases still open"),
    "small": Text("其余各项（均不足 1%）", "the others, each below 1%"),
}
_GROUP_OF = {
    "work": "work", "in-session": "work", "waiting-for-staff": "staff", "waiting-for-session": "session",
    "off-hours": "closed", "waiting-for-opening-hours": "closed", "wait": "wait", "before-log": "before",
    "still-open": "open",
}  # fmt: skip
_KINDS = list(GROUPS)
_LEAST = 0.01


class Slice(NamedTuple):
    """An owner, none for what is nobody's, and one of the GROUPS."""

    owner: str
    group: str


SMALL_ONES = Slice("", "small")
Parts = dict[Slice, float]


def elapsed(edition: Edition, verdict: Verdict) -> Parts:
    """Mean calendar days of a case; they sum to the mean of the whole elapsed time (rule 16)."""
    return _summed(edition, ((part.kind, part.owner, part.days) for part in verdict.time_split))


def counted(edition: Edition, verdict: Verdict) -> Parts:
    """Mean days that count, in the unit of the limit; they sum to the mean under the reading that decides.

    Along what released each row (rule 16). Steps that count while a slower one that does not is under way are of the
    kind ``beside``. Whole days cannot be parted: there the fractions of days are scaled to their mean.
    """
    result = verdict.default
    if result is None or not result.mean.value:
        return {}
    mean, owners = result.mean.value, edition.step_owners[verdict.scenario]
    found = _summed(edition, ((part.kind, owners.get(part.step, ""), part.days) for part in verdict.sticking))
    total, clock = sum(found.values()), result.reading.clock or edition.limit(verdict.limit).clock
    selects = clock.count is not None or clock.except_ is not None
    if not total or (selects and mean - total > _LEAST * mean):
        return found | {Slice("", "beside"): mean - total}
    return {slice_: days * mean / total for slice_, days in found.items()}


def worth_naming(stacks: Iterable[Mapping[Slice, float]], edition: Edition) -> list[Slice]:
    """Owner by owner in the order of the folder, kind by kind, but for what is nowhere 1% of its stack."""
    largest: Parts = {}
    for stack in stacks:
        whole = sum(stack.values())
        for slice_, days in stack.items():
            largest[slice_] = max(largest.get(slice_, 0.0), days / whole if whole else 0.0)
    owners = [*edition.folder.owner_names(), ""]
    kept = [slice_ for slice_, share in largest.items() if share >= _LEAST]
    return sorted(kept, key=lambda s: (owners.index(s.owner) if s.owner in owners else -1, _KINDS.index(s.group)))


def named(parts: Parts, slices: list[Slice]) -> Parts:
    """The parts in the order of the slices, and together what is none of them."""
    found = {slice_: parts[slice_] for slice_ in slices if parts.get(slice_)}
    small = sum(days for slice_, days in parts.items() if slice_ not in slices)
    return found | ({SMALL_ONES: small} if small else {})


def _summed(edition: Edition, parts: Iterable[tuple[str, str, float]]) -> Parts:
    found: Parts = {}
    seasons = edition.season_owners
    for kind, owner, days in parts:
        group = "season" if kind == "wait" and owner in seasons else _GROUP_OF[kind]
        slice_ = Slice(owner, group)
        found[slice_] = found.get(slice_, 0.0) + days
    return found
