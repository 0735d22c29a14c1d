"""What differs between two models, as plain facts: steps that come and go, their order, old and new values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.model.base import Model
from sim.model.clocks import Event
from sim.model.figures import Evidence
from sim.model.limits import Statistic
from sim.model.needs import Need
from sim.model.part import Part
from sim.model.process import (
    Branch,
    Choice,
    Element,
    Flow,
    Mark,
    Optional,
    Parallel,
    Process,
    SessionStep,
    WaitStep,
    Walk,
    WorkStep,
    walk_elements,
)
from sim.model.reforms import phrases, words
from sim.model.reforms.words import fill
from sim.text import Text

_DESCRIBED = {
    "pools": words.POOL,
    "sessions": words.SESSION,
    "calendars": words.CALENDAR,
    "sources": words.SOURCE,
    "owners": words.OWNER,
    "stages": words.STAGE,
}
_PUT_IN_BRANCHES = (Parallel, Choice, Optional, Walk)
_ARROW = Text(" → ", " → ")


def process_facts(a: Model, b: Model) -> Iterator[Text]:
    """What differs in processes, pools, sessions, calendars and sources from ``a`` to ``b``."""
    yield from _come_and_gone(a.processes, b.processes, words.PROCESS)
    for id_, before, after in _in_both(a.processes, b.processes):
        yield from _of_process(a, b, before, after, id_)
    for kind, what in _DESCRIBED.items():
        known, known_now = getattr(a, kind), getattr(b, kind)
        yield from _come_and_gone(known, known_now, what)
        for _, before, after in _in_both(known, known_now):
            about = fill(Text("{what}{name}", "{what} {name}"), what=what, name=words.quoted(after.name))
            yield from _fields(a, b, before, after, about)


def clock_facts(a: Model, b: Model) -> Iterator[Text]:
    """What differs in the limits, their readings and clocks; and in what steps are counted as, from ``a`` to ``b``."""
    yield from _come_and_gone(a.limits, b.limits, words.LIMIT)
    for id_, before, after in _in_both(a.limits, b.limits):
        about = Text(f"{words.LIMIT.zh}“{id_} {after.name.zh}”", f"{words.LIMIT.en} “{id_} {after.name.en}”")
        yield from _fields(a, b, before, after, about, leaving=("readings",))
        readings, readings_now = ({reading.id: reading for reading in limit.readings} for limit in (before, after))
        for reading in (one for one in readings_now if one in readings):
            named = fill(
                Text("{limit}的口径{reading}", "{limit}, reading {reading}"),
                limit=about,
                reading=words.quoted(readings_now[reading].name),
            )
            yield from _fields(a, b, readings[reading], readings_now[reading], named)


def _come_and_gone(before: Mapping[str, Any], after: Mapping[str, Any], what: Text) -> Iterator[Text]:
    for gone in (before[id_] for id_ in before if id_ not in after):
        yield fill(Text("撤销{what}{name}", "{what} {name} is gone"), what=what, name=words.quoted(gone.name))
    for new in (after[id_] for id_ in after if id_ not in before):
        yield fill(Text("新设{what}{name}", "{what} {name} is new"), what=what, name=words.quoted(new.name))


def _in_both(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    return ((id_, before[id_], after[id_]) for id_ in before if id_ in after and before[id_] != after[id_])


def _of_process(a: Model, b: Model, before: Process, after: Process, id_: str) -> Iterator[Text]:
    about = words.quoted(after.name)
    old, new = _elements(before.flow), _elements(after.flow)
    for sentence, these, others, model in (
        (Text("{process}取消{step}", "{process}: without {step}"), old, new, a),
        (Text("{process}增加{step}", "{process}: with {step}"), new, old, b),
    ):
        steps = [
            words.quoted(words.element_name(e, model)) for i, e in these.items() if i not in others and _is_told(e)
        ]
        if steps:
            yield fill(sentence, process=about, step=words.joined(steps))
    if (line := _arrangement(a, b, before.flow, after.flow)) is not None:
        yield fill(Text("{process}的顺序:{line}", "{process}, order: {line}"), process=about, line=line)
    for element, other in ((old[id_], new[id_]) for id_ in old if id_ in new):
        named = fill(
            Text("{process}的{step}", "{step} of {process}"),
            process=about,
            step=words.quoted(words.element_name(other, b)),
        )
        element, other = _with_owner(a, before, element), _with_owner(b, after, other)
        yield from _fields(a, b, element, other, named, leaving=("parallel", "branches", "flow", "steps", "table"))
        yield from _shares(element, other, named)


def _with_owner(model: Model, process: Process, element: Element) -> Element:
    """The step with the owner that its time is counted as: its own, else its pool's, else its process's."""
    if not isinstance(element, (WorkStep, WaitStep, SessionStep)) or element.owner is not None:
        return element
    pools = [need.pool for need in element.by if need.pool is not None] if isinstance(element, WorkStep) else []
    owner = model.pools[pools[0]].owner if pools else process.owner
    return element.model_copy(update={"owner": owner})


def _elements(flow: Flow) -> dict[str, Element]:
    """The first element of each id."""
    found: dict[str, Element] = {}
    for element in walk_elements(flow):
        if element.id is not None:
            found.setdefault(element.id, element)
    return found


def _is_told(element: Element) -> bool:
    """Blocks are told by the order of what stands in them."""
    return not isinstance(element, _PUT_IN_BRANCHES)


def _shares(before: Element, after: Element, about: Text) -> Iterator[Text]:
    if not isinstance(before, Choice) or not isinstance(after, Choice):
        return
    old, new = (words.joined(_who(branch) for branch in choice.branches) for choice in (before, after))
    if old != new:
        yield _changed(about, Text("分支", "branches"), old, new)


def _who(branch: Branch | Optional) -> Text:
    """Which cases take a branch."""
    if branch.share is not None:
        return words.share(branch.share.value)
    return Text("、".join(branch.when), ", ".join(branch.when)) if branch.when else Text("其余", "others")


def _changed(about: Text, field: Text, old: Text, new: Text) -> Text:
    return fill(
        Text("{about}的{field}:{old} → {new}", "{about}, {field}: {old} → {new}"),
        about=about,
        field=field,
        old=old,
        new=new,
    )


def _fields(
    a: Model, b: Model, before: Part, after: Part, about: Text, leaving: tuple[str, ...] = ()
) -> Iterator[Text]:
    """Old and new of each field whose words differ; parts inside by their own fields."""
    for name in type(after).model_fields:
        old, new = getattr(before, name, None), getattr(after, name)
        if name in leaving or old == new:
            continue
        inner = fill(Text("{about}的{field}", "{about}, {field}"), about=about, field=phrases.field(name))
        if isinstance(new, tuple) and isinstance(old, tuple) and len(old) == len(new) and _are_parts((*old, *new)):
            for i, (one, other) in enumerate(zip(old, new, strict=True)):
                nth = about if len(new) == 1 else fill(Text("{inner}第 {i} 项", "{inner} {i}"), inner=inner, i=i + 1)
                yield from _fields(a, b, one, other, nth)
        elif isinstance(old, dict) and isinstance(new, dict):
            for key in (key for key in {**old, **new} if old.get(key) != new.get(key)):
                said, said_now = phrases.said(a, old.get(key)), phrases.said(b, new.get(key))
                yield _changed(inner, phrases.value_name(str(key)), said, said_now)
        elif isinstance(old, Part) and type(old) is type(new) and _are_parts((old, new)):
            yield from _fields(a, b, old, new, inner)
        elif (said := phrases.said(a, old, name)) != (said_now := phrases.said(b, new, name)):
            yield _changed(about, phrases.field(name), said, said_now)


def _are_parts(values: tuple[Any, ...]) -> bool:
    """Parts that are told by their fields; figures, laws, steps and what has its own words are told whole."""
    whole = (Evidence, WorkStep, WaitStep, SessionStep, Mark, Event, Statistic, Need)
    return all(isinstance(value, Part) and not isinstance(value, whole) for value in values)


def _arrangement(a: Model, b: Model, before: Flow, after: Flow) -> Text | None:
    """Old and new order of the steps, where it differs by more than steps that came or went in their places."""
    if _shape(before) == _shape(after):
        return None
    start = 0
    while start < min(len(before), len(after)) and _shape(before[start : start + 1]) == _shape(
        after[start : start + 1]
    ):
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and _shape(
        before[len(before) - end - 1 : len(before) - end]
    ) == _shape(after[len(after) - end - 1 : len(after) - end]):
        end += 1
    old, new = (
        words.joined(
            [
                *([Text("…", "…")] if start else []),
                *(_told(model, element) for element in flow[start : len(flow) - end]),
                *([Text("…", "…")] if end else []),
            ],
            *_ARROW,
        )
        for model, flow in ((a, before), (b, after))
    )
    return fill(Text("由“{old}”改为“{new}”", "“{old}” becomes “{new}”"), old=old, new=new)


def _shape(flow: Flow) -> tuple[Any, ...]:
    """Ids and blocks, nothing else: what the order of steps is made of."""
    return tuple((element.id, type(element).__name__, *map(_shape, _flows(element))) for element in flow)


def _flows(element: Element) -> list[Flow]:
    match element:
        case Parallel():
            return list(element.parallel)
        case Choice():
            return [branch.flow for branch in element.branches]
        case Optional():
            return [element.flow]
        case Walk():
            return [element.steps]
    return []


def _told(model: Model, element: Element) -> Text:
    """An element in one line: ``(A ∥ B → C)``, ``[30%: D]``."""

    def line(flow: Flow) -> Text:
        return words.joined((_told(model, inner) for inner in flow), *_ARROW) if flow else words.NOTHING

    match element:
        case Parallel():
            inside = words.joined((line(flow) for flow in element.parallel), " ∥ ", " ∥ ")
            return Text(f"({inside.zh})", f"({inside.en})")
        case Choice():
            told = [
                fill(Text("{who}:{flow}", "{who}: {flow}"), who=_who(b), flow=line(b.flow)) for b in element.branches
            ]
            inside = words.joined(told, ";", "; ")
            return Text(f"[{inside.zh}]", f"[{inside.en}]")
        case Optional():
            inside = fill(Text("{who}:{flow}", "{who}: {flow}"), who=_who(element), flow=line(element.flow))
            return Text(f"[{inside.zh}]", f"[{inside.en}]")
    return words.element_name(element, model)
