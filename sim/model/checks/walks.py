"""Walks end with probability one, know their steps, and have a row for every state that they reach (rule 8)."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import InputError, Path
from sim.model.checks.whole import Whole, unknown, wrong
from sim.model.process import Walk
from sim.text import Text

END = "end"
State = tuple[str, ...]


def check(whole: Whole) -> Iterator[InputError]:
    """Every walk of every process."""
    for site in whole.sites:
        if isinstance(site.element, Walk):
            errors = list(_shape(site.element, site.path))
            yield from errors or _ends(site.element, site.path)


def _shape(walk: Walk, path: Path) -> Iterator[InputError]:
    names = {step.id for step in walk.steps if step.id is not None}
    for i, step in enumerate(walk.steps):
        if step.id is None or step.id == END:
            yield wrong(
                (*path, "steps", i),
                Text("走步表中的步骤须有名称,且不叫 end", "a step of a walk has a name, other than end"),
                Text("写上名称(id)", "give it a name (id)"),
            )
    for state, row in walk.table.items():
        here = (*path, "table", state)
        for name in (*state.split(), *row):
            if name not in names and not (name == END and name in row):
                rule = Text("走步表中没有这个步骤", "the walk has no such step")
                yield unknown((*here, name) if name in row else here, rule, name, [*sorted(names), END])
        if len(state.split()) > walk.order or state != " ".join(state.split()):
            yield wrong(
                here,
                Text(
                    "状态写作至多 {n} 个步骤名,以空格分隔", "a state is at most {n} names of steps, parted by spaces"
                ).format(n=walk.order),
                Text("改正状态,或改 order", "correct it, or the order of the walk"),
                value=state,
            )
        total = sum(share.value for share in row.values())
        if abs(total - 1) > 1e-9:
            yield wrong(
                here,
                Text(f"比例之和为 {total:.6g},须为 1", f"the shares sum to {total:.6g}, not 1"),
                Text("调整比例使之和为 100%", "change the shares so that they sum to 100%"),
                value=state,
            )


def _ends(walk: Walk, path: Path) -> Iterator[InputError]:
    """Every state that the walk reaches has a row, and a way to the end."""
    came_from: dict[State, State] = {(): ()}
    before: dict[State, list[State]] = {}
    ending: list[State] = []
    waiting: list[State] = [()]
    while waiting:
        state = waiting.pop()
        row = walk.table.get(" ".join(state))
        if row is None:
            yield wrong(
                (*path, "table"),
                Text("走步表缺少这个状态的一行,办件会停在这里", "the table has no row for a state that cases reach"),
                Text("补上 “{state}” 一行", 'add the row "{state}"').format(state=" ".join(state)),
                value=_way(came_from, state),
            )
            ending.append(state)
            continue
        for name, share in row.items():
            if share.value <= 0:
                continue
            following = (*state, name)[-walk.order :]
            if name == END:
                ending.append(state)
                continue
            before.setdefault(following, []).append(state)
            if following not in came_from:
                came_from[following] = state
                waiting.append(following)
    for state in sorted(came_from.keys() - _leading_to(ending, before)):
        yield wrong(
            (*path, "table"),
            Text("从这里出发,走步永远到不了 end", "from here the walk never comes to its end"),
            Text("给其中一个状态写上到 end 的比例", "give one of the states a share of `end`"),
            value=_way(came_from, state),
        )
        return  # one way into the trap tells enough


def _leading_to(ending: list[State], before: dict[State, list[State]]) -> set[State]:
    found, waiting = set(ending), list(ending)
    while waiting:
        for state in before.get(waiting.pop(), []):
            if state not in found:
                found.add(state)
                waiting.append(state)
    return found


def _way(came_from: dict[State, State], state: State) -> str:
    way = [state]
    while way[-1]:
        way.append(came_from[way[-1]])
    return " -> ".join(state[-1] for state in reversed(way) if state)
