"""What differs between two models, as plain facts: steps that come and go, their order, old and new values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from sim.model.base import Model
from sim.model.clocks import Event
from sim.model.figures import Evidence
from sim.model.hours import Hours
from sim.model.limits import Statistic
from sim.model.needs import FactorBy, Need
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
_TOLD_OTHERWISE = ("parallel", "branches", "flow", "steps", "table")
_ARROW = Text(" → ", " → ")


class Fact(NamedTuple):
    """One difference: the process, pool, limit, ... that it is about, and what is different there."""

    about: Text
    what: Text


def process_facts(a: Model, b: Model) -> Iterator[Fact]:
    """What differs in processes, pools, sessions, calendars and sources from ``a`` to ``b``."""
    yield from _come_and_gone(a.processes, b.processes, words.PROCESS)
    for _, before, after in _in_both(a.processes, b.processes):
        yield from _about(_subject(words.PROCESS, after), _of_process(a, b, before, after))
    for kind, what in _DESCRIBED.items():
        known, known_now = getattr(a, kind), getattr(b, kind)
        yield from _come_and_gone(known, known_now, what)
        for _, before, after in _in_both(known, known_now):
            yield from _about(_subject(what, after), _fields(a, b, before, after))


def clock_facts(a: Model, b: Model) -> Iterator[Fact]:
    """What differs in the limits, their readings and clocks from ``a`` to ``b``."""
    yield from _come_and_gone(a.limits, b.limits, words.LIMIT)
    for id_, before, after in _in_both(a.limits, b.limits):
        about = Text(f"{words.LIMIT.zh}“{id_} {after.name.zh}”", f"{words.LIMIT.en} “{id_} {after.name.en}”")
        yield from _about(about, _fields(a, b, before, after, leaving=("readings",)))
        readings, readings_now = ({reading.id: reading for reading in limit.readings} for limit in (before, after))
        for reading in (one for one in readings_now if one in readings):
            named = _subject(words.READING, readings_now[reading])
            yield from _about(about, _fields(a, b, readings[reading], readings_now[reading], named))


def _about(about: Text, lines: Iterator[Text]) -> Iterator[Fact]:
    return (Fact(about, line) for line in lines)


def _subject(what: Text, one: Any) -> Text:
    return fill(Text("{what}{name}", "{what} {name}"), what=what, name=words.quoted(one.name))


def _come_and_gone(before: Mapping[str, Any], after: Mapping[str, Any], what: Text) -> Iterator[Fact]:
    for these, others, told in ((before, after, Text("撤销", "is gone")), (after, before, Text("新设", "is new"))):
        yield from (Fact(_subject(what, one), told) for id_, one in these.items() if id_ not in others)


def _in_both(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    return ((id_, before[id_], after[id_]) for id_ in before if id_ in after and before[id_] != after[id_])


def _of_process(a: Model, b: Model, before: Process, after: Process) -> Iterator[Text]:
    old, new = _elements(before.flow), _elements(after.flow)
    gone, come = _names(a, old, new), _names(b, new, old)
    for sentence, these, others in (
        (Text("取消{step}", "without {step}"), gone, come),
        (Text("增加{step}", "with {step}"), come, gone),
    ):
        if names := [words.quoted(name) for name in these if name not in others]:
            yield fill(sentence, step=words.joined(names))
    yield from _arrangement(a, b, before.flow, after.flow)
    for element, other in ((old[id_], new[id_]) for id_ in old if id_ in new):
        named = words.quoted(words.element_name(other, b))
        element, other = _with_owner(a, before, element), _with_owner(b, after, other)
        of_whom = ("by", "when", "share") if isinstance(other, (Choice, Optional)) else ()
        yield from _fields(a, b, element, other, named, leaving=(*_TOLD_OTHERWISE, *of_whom))
        yield from _for_whom(a, b, element, other, named)


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


def _names(model: Model, these: Mapping[str, Element], others: Mapping[str, Element]) -> list[Text]:
    """The steps that only these have; blocks are told by the order of what stands in them."""
    own = (element for id_, element in these.items() if id_ not in others)
    return [words.element_name(element, model) for element in own if not isinstance(element, _PUT_IN_BRANCHES)]


def _for_whom(a: Model, b: Model, before: Element, after: Element, about: Text) -> Iterator[Text]:
    """For which cases the branches of a choice are, or what happens to some of them only."""

    def told(model: Model, block: Choice | Optional) -> Text:
        branches: tuple[Branch | Optional, ...] = block.branches if isinstance(block, Choice) else (block,)
        return words.joined(_who(model, block.by, branch) for branch in branches)

    if isinstance(before, (Choice, Optional)) and isinstance(after, (Choice, Optional)):
        old, new = told(a, before), told(b, after)
        if old != new:
            yield _changed(_inside(about, Text("分支", "branches")), old, new)


def _who(model: Model, by: str | None, branch: Branch | Optional) -> Text:
    """Which cases take a branch."""
    if branch.share is not None:
        return words.share(branch.share.value)
    return phrases.values(model, by, branch.when) if branch.when else Text("其余", "others")


def _inside(about: Text | None, field: Text) -> Text:
    """A field of what is told about; of the subject of the fact itself where nothing is."""
    return field if about is None else fill(Text("{about}的{field}", "{about}, {field}"), about=about, field=field)


def _changed(what: Text, old: Text, new: Text) -> Text:
    return fill(Text("{what}:{old} → {new}", "{what}: {old} → {new}"), what=what, old=old, new=new)


def _fields(
    a: Model, b: Model, before: Part, after: Part, about: Text | None = None, leaving: tuple[str, ...] = ()
) -> Iterator[Text]:
    """Old and new of each field whose words differ; parts inside by their own fields."""
    evidence = Evidence.model_fields if isinstance(after, Evidence) else ()
    for name in type(after).model_fields:
        old, new = getattr(before, name, None), getattr(after, name)
        if name in leaving or name in evidence or old == new:
            continue
        inner = _inside(about, phrases.field(name))
        if isinstance(new, tuple) and isinstance(old, tuple) and len(old) == len(new) and _are_parts((*old, *new)):
            for i, (one, other) in enumerate(zip(old, new, strict=True)):
                nth = about if len(new) == 1 else fill(Text("{inner}第 {i} 项", "{inner} {i}"), inner=inner, i=i + 1)
                yield from _fields(a, b, one, other, nth)
        elif name == "attributes":
            yield from _mixes(a, b, old or {}, new, inner)
        elif isinstance(old, dict) and isinstance(new, dict):
            for key in (key for key in {**old, **new} if old.get(key) != new.get(key)):
                said, said_now = phrases.said(a, old.get(key)), phrases.said(b, new.get(key))
                yield _changed(_inside(inner, phrases.value_name(str(key))), said, said_now)
        elif isinstance(old, Part) and type(old) is type(new) and _are_parts((old, new)):
            yield from _fields(a, b, old, new, inner)
        elif (said := phrases.said(a, old, name)) != (said_now := phrases.said(b, new, name)):
            yield _changed(inner, said, said_now)


def _mixes(a: Model, b: Model, before: Mapping[str, Any], after: Mapping[str, Any], about: Text) -> Iterator[Text]:
    for attribute in (one for one in {**before, **after} if before.get(one) != after.get(one)):
        old, new = (phrases.mix(m, attribute, its.get(attribute)) for m, its in ((a, before), (b, after)))
        yield _changed(_inside(about, b.attribute_name(attribute)), old, new)


def _are_parts(values: tuple[Any, ...]) -> bool:
    """Parts that are told by their fields; figures, laws, steps and what has its own words are told whole."""
    whole = (Evidence, WorkStep, WaitStep, SessionStep, Mark, Event, Statistic, Need, FactorBy)
    return all(isinstance(v, Part) and (isinstance(v, Hours) or not isinstance(v, whole)) for v in values)


def _arrangement(a: Model, b: Model, before: Flow, after: Flow) -> Iterator[Text]:
    """Old and new order of the steps, stretch by stretch, each with the step before it and the one after it."""
    old_shape, new_shape = ([_shape((element,)) for element in flow] for flow in (before, after))
    stretches = SequenceMatcher(None, old_shape, new_shape, autojunk=False).get_opcodes()
    for tag, first, last, first_now, last_now in stretches:
        if tag == "equal":
            continue
        old, new = before[first:last], after[first_now:last_now]
        if len(old) == len(new) == 1 and (inside := _same_block(old[0], new[0])):
            for flow, flow_now in inside:
                yield from _arrangement(a, b, flow, flow_now)
        else:
            told, told_now = _stretch(a, before, first, last), _stretch(b, after, first_now, last_now)
            yield fill(Text("顺序:“{old}”改为“{new}”", "order: “{old}” becomes “{new}”"), old=told, new=told_now)


def _same_block(old: Element, new: Element) -> list[tuple[Flow, Flow]]:
    """The branches of one block before and after; none where it is not the same block."""
    flows, flows_now = _flows(old), _flows(new)
    same = (old.id, type(old), len(flows)) == (new.id, type(new), len(flows_now))
    return list(zip(flows, flows_now, strict=True)) if same else []


def _stretch(model: Model, flow: Flow, first: int, last: int) -> Text:
    """These elements between their neighbours; dots where the flow goes on."""
    more = [Text("…", "…")]
    before = [words.element_name(element, model) for element in flow[max(first - 1, 0) : first]]
    after = [words.element_name(element, model) for element in flow[last : last + 1]]
    told = [*before, *(_told(model, element) for element in flow[first:last]), *after]
    return (
        words.joined([*more * (first > 1), *told, *more * (last + 1 < len(flow))], *_ARROW) if told else words.NOTHING
    )


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
                fill(Text("{who}:{flow}", "{who}: {flow}"), who=_who(model, element.by, b), flow=line(b.flow))
                for b in element.branches
            ]
            inside = words.joined(told, ";", "; ")
            return Text(f"[{inside.zh}]", f"[{inside.en}]")
        case Optional():
            inside = fill(
                Text("{who}:{flow}", "{who}: {flow}"), who=_who(model, element.by, element), flow=line(element.flow)
            )
            return Text(f"[{inside.zh}]", f"[{inside.en}]")
    return words.element_name(element, model)
