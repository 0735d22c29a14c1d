"""Names and numbers of a model in both languages, as sentences about changes need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sim.errors import InputError
from sim.model.base import Model
from sim.model.calendars import PREDEFINED
from sim.model.process import Call, Choice, Element, Flow, Optional, Parallel, Process, Spawn, subflows, walk_elements
from sim.model.quantities import Quantity
from sim.model.reforms.trees import missing
from sim.names import find
from sim.text import Text

NOTHING = Text("无", "none")


def fill(sentence: Text, /, **values: Text | str | float) -> Text:
    """Fill each language's sentence with the same language's words."""
    parts = {name: value if isinstance(value, Text) else Text(*(number(value),) * 2) for name, value in values.items()}
    return Text(
        sentence.zh.format(**{name: value.zh for name, value in parts.items()}),
        sentence.en.format(**{name: value.en for name, value in parts.items()}),
    )


def number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def share(value: float) -> Text:
    written = f"{100 * value:g}%"
    return Text(written, written)


def joined(texts: Iterable[Text], zh: str = "、", en: str = ", ") -> Text:
    texts = list(texts)
    return Text(zh.join(text.zh for text in texts), en.join(text.en for text in texts))


def quoted(text: Text) -> Text:
    return Text(f"“{text.zh}”", f"“{text.en}”")


def refuse_known(known: Mapping[str, Any], id_: str) -> None:
    """A new thing has an id of its own."""
    if id_ in known:
        raise InputError(Text("标识已被占用", "that id is taken"), Text("换一个标识", "choose another id"), value=id_)


PROCESS = Text("流程", "process")
POOL = Text("班组", "pool")
CALENDAR = Text("工作时间表", "calendar")
SESSION = Text("集中办理", "session")
SOURCE = Text("办件来源", "source")
OWNER = Text("用时主体", "owner")
STAGE = Text("环节", "stage")
LIMIT = Text("承诺时限", "limit")
READING = Text("口径", "reading")


def split(path: str) -> tuple[str, str]:
    """``hv-single/survey`` as process and step."""
    process, _, step = path.partition("/")
    return process, step


def process_of(model: Model, path: str) -> tuple[str, Process]:
    """The process that a step path names, with its id."""
    id_ = split(path)[0]
    return id_, find(model.processes, id_, PROCESS)


def one_process(model: Model, paths: Iterable[str]) -> tuple[str, Process, tuple[str, ...]]:
    """The process that all these paths name, its id, and the ids of the steps."""
    paths = list(paths)
    id_, process = process_of(model, paths[0])
    if strange := [path for path in paths if split(path)[0] != id_]:
        raise InputError(
            Text("这些步骤不属于同一个流程", "these steps belong to different processes"),
            Text("一项变动只涉及一个流程", "one change is about the steps of one process"),
            value=strange[0],
        )
    return id_, process, tuple(split(path)[1] for path in paths)


def with_flow(model: Model, process: str, flow: Flow) -> Model:
    """The model with another flow of a process, which must not be empty."""
    if not flow:
        raise InputError(
            Text("流程不能没有步骤", "a process does not lose all its steps"),
            Text("至少保留一个步骤", "keep one of them"),
        )
    other = model.processes[process].model_copy(update={"flow": flow})
    return model.model_copy(update={"processes": {**model.processes, process: other}})


def replaced(model: Model, kind: str, id_: str, part: Any) -> Model:
    """The model with another pool, session, calendar, source or limit in the place of that id."""
    return model.model_copy(update={kind: {**getattr(model, kind), id_: part}})


def element_at(model: Model, path: str) -> Element:
    """The first element that a step path names."""
    process, step = process_of(model, path)[1], split(path)[1]
    found = next((element for element in walk_elements(process.flow) if element.id == step), None)
    if found is None:
        raise missing(process.flow, step)
    return found


def element_name(element: Element, model: Model | None = None) -> Text:
    """Its own name; of a call or a spawn that of the process; of a block that of what stands inside; else the id."""
    name: Text | None = getattr(element, "name", None)
    if name is not None:
        return name
    other = [element.target] if isinstance(element, Call) else []
    other = [child.process for child in element.cases] if isinstance(element, Spawn) else other
    if model is not None and other and set(other) <= model.processes.keys():
        return joined(model.processes[id_].name for id_ in other)
    if isinstance(element, (Parallel, Choice, Optional)):
        inside = [inner for flow in subflows(element) for inner in flow]
        telling = next((inner for inner in inside if isinstance(inner, (Call, Spawn))), next(iter(inside), None))
        if telling is not None:
            first = element_name(telling, model)
            return first if len(inside) == 1 else Text(f"{first.zh}等", f"{first.en} etc.")
    return Text(element.id or "并列", element.id or "parallel")


def element_names(flow: Sequence[Element], model: Model | None = None) -> Text:
    return joined(quoted(element_name(element, model)) for element in flow)


def name_of(known: Mapping[str, Any], id_: str) -> Text:
    """The name of what has that id, or the id itself."""
    return known[id_].name if id_ in known else Text(id_, id_)


def step(model: Model, path: str) -> Text:
    """``“高压单电源”的“图纸审查”`` / ``“Drawing review” of “HV, single source”``."""
    return steps(model, [path])


def steps(model: Model, paths: Sequence[str]) -> Text:
    """Several steps, told by process."""
    processes = dict.fromkeys(split(path)[0] for path in paths)
    told = []
    for process in processes:
        own = joined(quoted(step_name(model, path)) for path in paths if split(path)[0] == process)
        of = quoted(name_of(model.processes, process))
        told.append(fill(Text("{of}的{own}", "{own} of {of}"), of=of, own=own))
    return joined(told, "和", " and ")


def step_name(model: Model, path: str) -> Text:
    """The step's own name, without its process."""
    try:
        return element_name(element_at(model, path), model)
    except InputError:  # what another change brings has no name in the model before
        return Text(split(path)[1], split(path)[1])


def pool(model: Model, id_: str) -> Text:
    return quoted(name_of(model.pools, id_))


def calendar(model: Model, id_: str | None) -> Text:
    if id_ is None:
        return Text("不分工作时间(按自然时间)", "the clock round (calendar time)")
    return quoted(name_of({**PREDEFINED, **model.calendars}, id_))


def owner(model: Model, id_: str | None) -> Text:
    if id_ is None:
        return NOTHING
    return quoted(model.owner_names().get(id_, Text(id_, id_)))


def known_calendar(model: Model, id_: str) -> str:
    find({**PREDEFINED, **model.calendars}, id_, CALENDAR)
    return id_


def known_owner(model: Model, id_: str) -> str:
    find(model.owner_names(), id_, OWNER)
    return id_


def quantity(value: Quantity) -> Text:
    return value.text


def each(paths: Iterable[str], one: Callable[[str], Iterable[tuple[str, ...]]]) -> frozenset[tuple[str, ...]]:
    """What is touched for each of several targets, united."""
    return frozenset(touch for path in paths for touch in one(path))
