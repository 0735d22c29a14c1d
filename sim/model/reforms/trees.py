"""Rewriting flows: from a flow to another, at any depth, without touching the one that is given (rule 8).

Elements are found by their ids, wherever they stand: in branches, in what happens first before a rework, in walks.
A sequence is a list of elements that happen one after another; the steps of a walk are none, because its table and
not their order says which comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from sim.errors import InputError
from sim.model.process import (
    Branch,
    Choice,
    Element,
    Flow,
    Optional,
    Parallel,
    SessionStep,
    WaitStep,
    Walk,
    WorkStep,
    subflows,
    walk_elements,
)
from sim.names import nearest
from sim.text import Text


def with_subflows(element: Element, flows: Sequence[Flow]) -> Element:
    """The element with other flows directly inside it, in the order of :func:`subflows`."""
    match element:
        case Parallel():
            return element.model_copy(update={"parallel": tuple(flows)})
        case Choice():
            branches = zip(element.branches, flows, strict=True)
            return element.model_copy(
                update={"branches": tuple(branch.model_copy(update={"flow": flow}) for branch, flow in branches)}
            )
        case Optional():
            return element.model_copy(update={"flow": flows[0]})
        case Walk():
            return element.model_copy(update={"steps": flows[0]})
        case WorkStep() | WaitStep() | SessionStep() if element.rework:
            return element.model_copy(update={"rework": element.rework.model_copy(update={"first": flows[0]})})
    return element


def each(flow: Flow, edit: Callable[[Element], Element]) -> Flow:
    """The flow with every element edited in its place, what stands inside an element before the element itself."""
    return tuple(edit(with_subflows(element, [each(inner, edit) for inner in subflows(element)])) for element in flow)


def update(flow: Flow, id_: str, edit: Callable[[Element], Element]) -> Flow:
    """The flow with every element of that id edited in its place."""
    if all(element.id != id_ for element in walk_elements(flow)):
        raise missing(flow, id_)
    return each(flow, lambda element: edit(element) if element.id == id_ else element)


def sequences(flow: Flow) -> Iterator[Flow]:
    """Every sequence of the flow, the whole first."""
    yield flow
    for element in flow:
        for inner in subflows(element):
            yield from (sequences(inner) if not isinstance(element, Walk) else ())


def edit_sequences(flow: Flow, ids: Collection[str], edit: Callable[[Flow], Flow]) -> Flow:
    """The flow with every sequence edited that holds elements of all these ids directly.

    What an edit leaves empty goes: an empty branch of a parallel, an optional or a choice with nothing in it; a
    parallel of one branch is that branch. Errors: :class:`InputError` where no sequence holds them all.
    """
    found = False

    def edited(elements: Flow) -> Flow:
        nonlocal found
        result: list[Element] = []
        for element in elements:
            inner = list(subflows(element))
            if isinstance(element, Walk):
                result.append(with_subflows(element, [tuple(one for e in inner[0] for one in edited_inside(e))]))
                continue
            result.extend(edited_inside(element))
        flow = tuple(result)
        if not set(ids) <= {element.id for element in flow}:
            return flow
        found = True
        return edit(flow)

    def edited_inside(element: Element) -> Flow:
        inner = list(subflows(element))
        after = [edited(one) for one in inner]
        if all(one is other or one == other for one, other in zip(inner, after, strict=True)):
            return (element,)
        return _tidied(with_subflows(element, after))

    result = edited(flow)
    if not found:
        raise _not_found(flow, ids)
    return result


def _not_found(flow: Flow, ids: Collection[str]) -> InputError:
    here = {element.id for element in walk_elements(flow)}
    if strange := [id_ for id_ in ids if id_ not in here]:
        return missing(flow, strange[0])
    return InputError(
        Text("这些步骤不在同一段顺序流程中", "these steps do not stand in one sequence"),
        Text(
            "一项变动不跨越并联、选择的分支,也不改动走步表(walk)中的步骤;改选同一段流程中的步骤",
            "name steps of one sequence: a change reaches neither across branches nor into a walk",
        ),
        value=", ".join(ids),
    )


def _tidied(element: Element) -> Flow:
    match element:
        case Parallel():
            branches = tuple(branch for branch in element.parallel if branch)
            if not branches:
                return ()
            if len(branches) == 1 and element.id is None:
                return branches[0]
            return (element.model_copy(update={"parallel": branches}),)
        case Optional() if not element.flow:
            return ()
        case Choice() if not any(branch.flow for branch in element.branches):
            return ()
    return (element,)


def replace(flow: Flow, id_: str, by: Flow) -> Flow:
    """The flow with other elements, or none, in the place of every element of that id."""
    return edit_sequences(flow, [id_], lambda seq: tuple(new for e in seq for new in (by if e.id == id_ else (e,))))


def take(flow: Flow, ids: Sequence[str]) -> tuple[Flow, Flow]:
    """The flow without these elements, and the elements in the order of the ids."""
    taken = []
    for id_ in ids:
        taken.append(only(flow, id_))
        flow = replace(flow, id_, ())
    return flow, tuple(taken)


def only(flow: Flow, id_: str) -> Element:
    """The element of that id; it may stand in one place only."""
    found = [element for element in walk_elements(flow) if element.id == id_]
    if not found:
        raise missing(flow, id_)
    if len(found) > 1:
        raise InputError(
            Text("“{id}”在流程中出现多处", "{id} stands in several places of the flow").format(id=id_),
            Text("只移动仅出现一处的步骤", "move only what stands in one place"),
            value=id_,
        )
    return found[0]


def blocks_around(flow: Flow, id_: str) -> tuple[tuple[Element, int], ...]:
    """The elements around the one of that id, from the outermost in, each with which of its flows holds it."""
    for element in flow:
        for i, inner in enumerate(subflows(element)):
            if any(one.id == id_ for one in walk_elements(inner)):
                return ((element, i), *blocks_around(inner, id_))
    return ()


def insert(flow: Flow, id_: str, new: Flow, *, after: bool) -> Flow:
    """The flow with new elements directly before or after the element of that id."""
    only(flow, id_)
    return edit_sequences(
        flow,
        [id_],
        lambda seq: tuple(x for e in seq for x in (((e, *new) if after else (*new, e)) if e.id == id_ else (e,))),
    )


def run_of(sequence: Flow, ids: Collection[str]) -> slice:
    """Where these elements stand in their sequence, one directly after another in any order."""
    places = [i for i, element in enumerate(sequence) if element.id in set(ids)]
    between = [sequence[i].id or "parallel" for i in range(places[0], places[-1]) if i not in places]
    if between:
        raise InputError(
            Text(
                "这些步骤不相连,其间还有: {between}", "these steps do not follow one another: {between} stands between"
            ).format(between=", ".join(between)),
            Text("把其间的步骤一并列出,或先移动、取消", "list what stands between too, or move or remove it"),
            value=", ".join(ids),
        )
    return slice(places[0], places[-1] + 1)


def beside(sequence: Flow, run: slice, branch: Flow) -> Flow:
    """The sequence with a branch beside a run of its elements; a run that is one parallel gets one branch more."""
    inside = sequence[run]
    if len(inside) == 1 and isinstance(inside[0], Parallel) and inside[0].id is None:
        block = inside[0].model_copy(update={"parallel": (*inside[0].parallel, branch)})
    else:
        block = Parallel(parallel=(inside, branch))
    return (*sequence[: run.start], block, *sequence[run.stop :])


def for_some(before: Flow, after: Flow, by: str, when: tuple[str, ...], choice: str) -> Flow:
    """``after`` for the cases whose attribute has one of the values, ``before`` for the others.

    The choice is made as deep and as narrow as possible: around what differs, widened so far that nothing behind it
    goes back into it.
    """
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    if start == len(before) == len(after):
        return before
    if (deeper := _same_but_inside(before[start : len(before) - end], after[start : len(after) - end])) is not None:
        element, i, old, new = deeper
        inner = list(subflows(element))
        inner[i] = for_some(old, new, by, when, choice)
        return (*before[:start], with_subflows(element, inner), *before[len(before) - end :])
    while _goes_back_into(before[len(before) - end :], before[start : len(before) - end]):
        end -= 1
    branches = (
        Branch(when=when, flow=after[start : len(after) - end]),
        Branch(otherwise=True, flow=before[start : len(before) - end]),
    )
    return (*before[:start], Choice(choice=choice, by=by, branches=branches), *before[len(before) - end :])


def _same_but_inside(before: Flow, after: Flow) -> tuple[Element, int, Flow, Flow] | None:
    """The element, if it is one and the same, whose only difference lies in one of its flows."""
    if len(before) != 1 or len(after) != 1:
        return None
    old, new = list(subflows(before[0])), list(subflows(after[0]))
    if len(old) != len(new) or type(before[0]) is not type(after[0]) or with_subflows(before[0], new) != after[0]:
        return None
    different = [i for i, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    if len(different) != 1 or isinstance(before[0], Walk):
        return None
    return before[0], different[0], old[different[0]], new[different[0]]


def _goes_back_into(tail: Flow, run: Flow) -> bool:
    targets = {element.id for element in run}
    return any(target in targets for target in returns(tail))


def returns(flow: Flow) -> Iterator[str]:
    """Where the reworks of a flow go back to, if not to their own step."""
    for element in walk_elements(flow):
        if isinstance(element, (WorkStep, WaitStep, SessionStep)) and element.rework and element.rework.back_to:
            yield element.rework.back_to


def redirected(flow: Flow, old: Collection[str], new: str) -> Flow:
    """The flow with every rework that went back to one of the old ids going back to the new one."""

    def edit(element: Element) -> Element:
        if isinstance(element, (WorkStep, WaitStep, SessionStep)) and element.rework and element.rework.back_to in old:
            rework = element.rework.model_copy(update={"back_to": new})
            return element.model_copy(update={"rework": rework})
        return element

    return each(flow, edit)


def ids_inside(flow: Flow, id_: str) -> tuple[str, ...]:
    """The ids of the elements of that id and of all that stands inside them."""
    return tuple(
        inner.id
        for element in walk_elements(flow)
        if element.id == id_
        for inner in walk_elements((element,))
        if inner.id is not None
    )


def missing(flow: Flow, id_: str) -> InputError:
    """No element has that id; the nearest is named."""
    known = sorted({element.id for element in walk_elements(flow) if element.id is not None})
    return InputError(Text("流程中没有这个步骤", "the process has no such step"), nearest(id_, known), value=id_)
