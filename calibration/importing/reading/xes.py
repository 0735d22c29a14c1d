"""XES: one row an event, streamed; attributes of the trace as ``case:...``, times as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal
from xml.parsers import expat

import numpy as np

from calibration.importing.findings import Example, Findings
from calibration.importing.mapping import FileForm
from calibration.importing.raw import RawBatch, RawTable, Source
from calibration.importing.reading.encodings import as_utf8, encoding_of
from calibration.importing.reading.opening import Content, problem
from calibration.importing.reading.sweeping import swept
from calibration.importing.reading.tables import Part, table_of
from sim.errors import InputError
from sim.text import Text

_BLOCK = 1 << 20
_SCANNED = 1 << 28
"""How far the file is read for the names of attributes; of a longer one, later names are counted and not read."""
_ROWS = 20_000
_DEEPEST = 50
_MOST_COLUMNS = 2_000
_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id", "list", "container"}
_KINDS: dict[str, Literal["number", "date"]] = {"date": "date", "int": "number", "float": "number"}
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)[\"']")
_OWN_ENCODINGS = {"utf-8", "utf-16", "iso-8859-1", "us-ascii"}
"""Those that the XML library reads by itself."""


def read_xes(content: Content, form: FileForm) -> RawTable:
    """An event's nested attribute is a column ``outer/inner``; of several of one key the values are joined.

    Errors: InputError at the line where the XML is not well-formed, or has a document type (an XES has none, and what
    it could declare is harmful), or is no log, or nests more than 50 deep.
    """
    findings = Findings()
    first = _Reader(content, form)
    for count, events in enumerate(first.read()):
        events.clear()
        if count * _BLOCK >= _SCANNED:
            break
    if not first.events:
        raise problem(
            Text("日志里没有事件", "the log has no event"),
            Text("检查导出的条件", "check the conditions of the export"),
            content.path,
        )
    columns = (*first.trace_kinds, *first.event_kinds)
    kinds = first.trace_kinds | first.event_kinds
    typed = {name: _KINDS[kind] for name, kind in kinds.items() if kind in _KINDS}
    source = Source(content.name, "xes", first.encoding, header_rows=())
    return table_of(source, columns, typed, findings, lambda: _parts(content, form, columns))


def _parts(content: Content, form: FileForm, columns: tuple[str, ...]) -> Iterator[Part]:
    import pyarrow as pa

    reader = _Reader(content, form)
    known = set(columns)
    row = 1
    for events in reader.read():
        found = reader.found
        reader.found = Findings()
        for number, event in enumerate(events, row):
            for name in event.keys() - known:
                found.add("late-attribute", "dropped", 1, [Example(number, name, event[name])])
        values = {name: pa.array([event.get(name) or None for event in events], pa.string()) for name in columns}
        batch = RawBatch(values, np.arange(row, row + len(events), dtype=np.int64))
        row += len(events)
        yield Part(swept(batch, found), found)


class _Reader:
    """One pass through the file; of a trace's events each gets the attributes of the trace when the trace ends."""

    def __init__(self, content: Content, form: FileForm) -> None:
        self.trace_kinds: dict[str, str] = {}
        self.event_kinds: dict[str, str] = {}
        self.events = 0
        self.found = Findings()
        self._content = content
        declared = _DECLARED.match(content.head)
        wanted = form.encoding or (declared[1].decode() if declared else "utf-8")
        self._own = wanted.lower() in _OWN_ENCODINGS or content.head.startswith((b"\xff\xfe", b"\xfe\xff"))
        self.encoding = wanted.lower() if self._own else encoding_of(content, wanted)
        self._ready: list[dict[str, str]] = []
        self._depth = 0
        self._in_trace = False
        self._trace: dict[str, str] = {}
        self._of_trace: list[dict[str, str]] = []
        self._event: dict[str, str] | None = None
        self._keys: list[str] = []
        self._skipped = 0

    def read(self) -> Iterator[list[dict[str, str]]]:
        """The events by lists of some 20,000."""
        parser = expat.ParserCreate(None if self._own else "utf-8", " ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        content = self._content
        try:
            blocks = content.blocks(_BLOCK) if self._own else as_utf8(content, self.encoding, _BLOCK)
            for block in blocks:
                parser.Parse(block, False)
                if len(self._ready) >= _ROWS:
                    yield self._taken()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._problem(
                Text("XML 在这里断了或有错", "the XML is broken here"),
                Text("重新导出;编码与声明不符时改正声明", "export it again, or correct the encoding that it declares"),
                parser.CurrentLineNumber,
                str(error),
            ) from error
        except _Refused as refused:
            rule, cure, value = refused.args
            raise self._problem(rule, cure, parser.CurrentLineNumber, value) from None
        yield self._taken()

    def _taken(self) -> list[dict[str, str]]:
        events, self._ready = self._ready, []
        return events

    def _problem(self, rule: Text, cure: Text, line: int, value: str) -> InputError:
        return problem(rule, cure, self._content.path, line, value=value)

    def _doctype(self, name: str, *_: Any) -> None:
        rule = Text("XES 文件里不应有 DOCTYPE", "an XES file has no DOCTYPE")
        raise _Refused(rule, Text("删去 DOCTYPE,或不要用这个文件", "remove it, or do not use this file"), name)

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        tag = qualified.rpartition(" ")[2]
        self._depth += 1
        if self._depth == 1 and tag != "log":
            rule = Text("这不是 XES 日志", "this is no XES log")
            raise _Refused(rule, Text("导出为 XES 或 CSV", "export it as XES or CSV"), f"<{tag}>")
        if self._depth > _DEEPEST:
            rule = Text("属性嵌套过深", "attributes are nested too deep")
            raise _Refused(rule, Text("导出为 CSV", "export it as CSV"), "/".join(self._keys[:5]))
        if self._skipped:
            return
        if tag == "trace":
            self._in_trace, self._trace, self._of_trace = True, {}, []
        elif tag == "event":
            self._event = {}
        elif tag in _ATTRIBUTES and (self._in_trace or self._event is not None):
            self._keys.append(attributes.get("key", ""))
            if "value" in attributes:
                self._keep(tag, attributes["value"])
        elif tag not in ("log", "values"):
            self._skipped = self._depth  # globals, classifiers, extensions, attributes of the log

    def _keep(self, kind: str, value: str) -> None:
        if self._event is None:
            name, target, kinds = f"case:{'/'.join(self._keys)}", self._trace, self.trace_kinds
        else:
            name, target, kinds = "/".join(self._keys), self._event, self.event_kinds
        target[name] = f"{target[name]}; {value}" if name in target else value
        if kinds.setdefault(name, kind) != kind:
            kinds[name] = "string"
        if len(kinds) > _MOST_COLUMNS:
            rule = Text("属性名太多,不像一份日志", "more names of attributes than a log can have")
            raise _Refused(rule, Text("导出为 CSV", "export it as CSV"), name)

    def _end(self, qualified: str) -> None:
        self._depth -= 1
        if self._skipped:
            if self._depth < self._skipped:
                self._skipped = 0
            return
        tag = qualified.rpartition(" ")[2]
        if tag == "event" and self._event is not None:
            self.events += 1
            if self._in_trace:
                self._of_trace.append(self._event)
            else:
                self.found.add("event-without-case", "warned", 1, [Example(self.events)])
                self._ready.append(self._event)
            self._event = None
        elif tag == "trace":
            if not self._of_trace:
                name = self._trace.get("case:concept:name", "")
                self.found.add("case-without-event", "dropped", 1, [Example(0, "case:concept:name", name)])
            self._ready += [self._trace | event for event in self._of_trace]
            self._in_trace, self._of_trace = False, []
        elif tag in _ATTRIBUTES and self._keys:
            self._keys.pop()


class _Refused(Exception):
    """Raised inside the parser's callbacks, where the line is known outside."""
