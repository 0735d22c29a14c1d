"""YAML 1.2 as plain Python with the place of every key and value; refuses whatever could surprise a reader.

A scalar is a number, true, false or null only where YAML 1.2's core schema has one way to write it; all else is text
exactly as written: ``NO``, ``on``, ``12:30``, ``010`` and ``2021-10-01`` change nothing silently (BAD_INPUT 16).
Keys are always text. Tags, anchors, aliases, a second document and a key given twice are refused, and so are files
too large or too deep to be a description, before anything is built from them (BAD_INPUT 14, 17, 18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.errors import InputError, InputErrors, Path
from sim.model.places import Document, Marks, Place
from sim.model.yaml_problems import explained
from sim.text import Text

DEEPEST = 64
MOST_NODES = 80_000
"""Keys and values of a folder; a city has some ten thousand, and reading one takes about 40 microseconds."""
_MOST_ERRORS = 50

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")
_LITERALS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_INTEGER = 40  # int() of a very long text takes very long


def parse(text: str, file: str, most: int = MOST_NODES) -> Document:
    """One file's document of at most ``most`` keys and values; an empty file is an empty one.

    Errors: :class:`InputErrors` with every place that is wrong.
    """
    builder = _Builder(file, most)
    try:
        for event in _events(text):
            builder.take(event)
    except MarkedYAMLError as error:
        unclosed = "quoted scalar" in (error.context or "")  # told where it opens, not where the file ends
        mark = error.context_mark if unclosed else error.problem_mark
        builder.refuse(builder.place(mark or error.problem_mark), *explained(error.problem or ""))
    except (YAMLError, ValueError, OverflowError):  # such as "\\UFFFFFFFF", no character that there is
        builder.refuse(builder.reached, *explained("unreadable"))
    except _TooMuch:
        raise BrokenOff(builder.errors) from None
    if builder.root is not None and not isinstance(builder.root, dict):
        builder.refuse(
            Place(file, 1, 1),
            Text("文件最外层须为“键: 值”", "the top level of a file is `key: value`"),
            Text("例如 pools:,其下缩进列出各班组", "for example pools: with the pools indented below"),
        )
    if builder.errors:
        raise InputErrors(builder.errors)
    return Document(builder.root or {}, builder.marks or {(): Marks(Place(file, 1, 1), Place(file, 1, 1))})


def scalar(text: str) -> Any:
    """What a plain scalar is: a number, true, false, nothing, or its text exactly as written."""
    if text in _LITERALS:
        return _LITERALS[text]
    if _INTEGER.fullmatch(text) and len(text) <= _LONGEST_INTEGER:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".i", "i").replace(".I", "I").replace(".n", "n").replace(".N", "N"))
    return text


def _events(text: str) -> Iterator[Event]:
    # The event layer builds nothing: no tag acts, no alias is copied, and reading stops with the first excess.
    return YAML(typ="safe", pure=True).parse(text)


class BrokenOff(InputErrors):
    """The file is so wrong, or so large, that reading on would serve nobody."""


class _TooMuch(Exception):
    """Stop reading."""


class _Open(NamedTuple):
    """A mapping or a list that is being filled."""

    into: dict[str, Any] | list[Any]
    path: Path


class _Builder:
    """Builds from events, with a stack of its own, so that depth costs no recursion."""

    def __init__(self, file: str, most: int) -> None:
        self.file, self._most = file, most
        self.root: Any = None
        self.marks: dict[Path, Marks] = {}
        self.errors: list[InputError] = []
        self._open: list[_Open] = []
        self._key: tuple[str, Place] | None = None
        self._documents = 0
        self.reached = Place(file, 1, 1)

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def refuse(self, place: Place, rule: Text, cure: Text, **value: Any) -> None:
        self.errors.append(InputError(rule, cure, where=str(place), **value))

    def take(self, event: Event) -> None:
        if isinstance(event, NodeEvent):
            self._node(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._open.pop()
        elif isinstance(event, DocumentStartEvent):
            self._document(event)
        if len(self.errors) >= _MOST_ERRORS:
            raise _TooMuch

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self.refuse(
                self.place(event.start_mark),
                Text("一个文件只有一份内容", "a file holds one document"),
                Text("删去 ---,或分成两个文件", "delete the ---, or make two files of it"),
            )
            raise _TooMuch
        if event.version not in (None, (1, 2)):
            self.refuse(
                self.place(event.start_mark),
                Text("文件按 YAML 1.2 读取", "files are read as YAML 1.2"),
                Text("删去 %YAML 一行", "delete the %YAML line"),
                value="%YAML " + ".".join(map(str, event.version)),
            )

    def _node(self, event: NodeEvent) -> None:
        place = self.reached = self.place(event.start_mark)
        self._refuse_many(place)
        self._refuse_magic(event, place)
        here = self._open[-1] if self._open else None
        if here is not None and isinstance(here.into, dict) and self._key is None:
            self._take_key(event, place, here)
            return
        value: Any = None
        if isinstance(event, ScalarEvent):
            value = event.value if event.style else scalar(event.value)
        elif isinstance(event, MappingStartEvent):
            value = {}
        elif isinstance(event, SequenceStartEvent):
            value = []
        path = self._put(value, place, here)
        if isinstance(value, (dict, list)):
            self._open.append(_Open(value, path))
            self._refuse_depth(place)

    def _take_key(self, event: NodeEvent, place: Place, here: _Open) -> None:
        if not isinstance(event, ScalarEvent):
            self.refuse(
                place,
                Text("键须为文字", "a key is a text"),
                Text("不用 ? 和括号作键", "use no ? and no brackets as keys"),
            )
            raise _TooMuch  # what follows is not the structure that was meant
        self._key = (event.value, place)
        first = self.marks.get((*here.path, event.value))
        if first is not None:
            self.refuse(
                place,
                Text("键重复:{first} 已写过", "a key is given twice, first at {first}").format(first=first.key),
                Text("只保留一处", "keep one of the two"),
                value=event.value,
            )

    def _put(self, value: Any, place: Place, here: _Open | None) -> Path:
        if here is None:
            self.root = value
            self.marks[()] = Marks(place, place)
            return ()
        key: str | int
        if isinstance(here.into, dict):
            assert self._key is not None
            (key, key_place), self._key = self._key, None
            here.into[key] = value
        else:
            key, key_place = len(here.into), place
            here.into.append(value)
        path = (*here.path, key)
        self.marks[path] = Marks(key_place, place)
        return path

    def _refuse_magic(self, event: NodeEvent, place: Place) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self.refuse(
                place,
                Text("不使用锚点和别名(& 与 *)", "anchors and aliases (& and *) are not used"),
                Text(
                    "写出全文;共用的步骤写成流程,用 call 调用",
                    "write it out; `call` a process for shared steps",
                ),
                value=str(event.anchor),
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.refuse(
                place,
                Text("不使用标签(! 开头)", "tags (beginning with !) are not used"),
                Text("删去标签;以 ! 开头的文字加引号", "delete the tag; quote a text that begins with !"),
                value=str(tag),
            )

    def _refuse_many(self, place: Place) -> None:
        self._most -= 1
        if self._most < 0:
            self.refuse(
                place,
                Text("情景文件的内容多于 {n} 项", "the scenario files say more than {n} things").format(n=MOST_NODES),
                Text("大表放在 CSV 中", "keep large tables in CSV files"),
            )
            raise _TooMuch

    def _refuse_depth(self, place: Place) -> None:
        if len(self._open) > DEEPEST:
            self.refuse(
                place,
                Text("嵌套超过 {n} 层", "nested more than {n} deep").format(n=DEEPEST),
                Text("把内层写成单独的流程,用 call 调用", "make the inner part a process and `call` it"),
            )
            raise _TooMuch
