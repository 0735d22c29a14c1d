"""Lists of cases in CSV files of the folder: arrivals of a source, and the cases that are open at the begin.

``listed: arrivals.csv`` has the column ``accepted``, ``initial: open.csv`` has ``case``, ``process``, ``accepted``,
``step`` and ``ready``, one row for each step that a case stands in, and may have the other keys of an open case
(``servers`` parted by spaces, ``visits`` as ``hv-single/survey=2``); every other column is an attribute.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.errors import Path as ModelPath
from sim.model import encodings, folders
from sim.model.places import Document, Marks, Place
from sim.model.tables import Row, rows
from sim.text import Text

_CASE = ("case", "process", "class", "accepted", "priority", "due", "parent", "spawned_by")
_POSITION = ("step", "visit", "ready", "start", "servers")
_OWN = (*_CASE, *_POSITION, "visits")
_LARGEST = 20_000_000


def read_case_lists(document: Document, folder: Path) -> None:
    """Put the rows of the files in the stead of their names; what is wrong is told with file and line."""
    sources = document.data.get("sources")
    for id_, source in sources.items() if isinstance(sources, dict) else ():
        if isinstance(source, dict) and isinstance(source.get("listed"), str):
            path: ModelPath = ("sources", id_, "listed")
            _put(document, path, [(p, _arrival(r)) for p, r in _rows(document, path, folder, ("accepted",))])
    if isinstance(document.data.get("initial"), str):
        path = ("initial",)
        table = _rows(document, path, folder, ("case", "process", "accepted", "step", "ready"))
        _put(document, path, _open_cases(table))


def _rows(document: Document, path: ModelPath, folder: Path, needed: tuple[str, ...]) -> list[tuple[Place, Row]]:
    name = document.value(path)
    try:
        file = folders.inside(folder, name)
    except InputError as error:
        raise error.at(str(document.place(path))) from None
    shown = (folder / name).as_posix()
    text = encodings.utf8_or_gb18030(folders.read(file, shown, largest=_LARGEST), shown)
    return list(rows(text, shown, needed))


def _put(document: Document, path: ModelPath, items: list[tuple[Place, dict[str, Any]]]) -> None:
    place = document.place(path) or Place("")
    document.put(path, [item for _, item in items], place)
    for i, (where, _) in enumerate(items):
        document.marks[*path, i] = Marks(where, where)


def _given(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name)}


def _attributes(row: Row, others: tuple[str, ...]) -> dict[str, Any]:
    return {"attributes": {name: cell for name, cell in row.items() if name not in others and cell}}


def _arrival(row: Row) -> dict[str, Any]:
    return _given(row, ("accepted",)) | _attributes(row, ("accepted",))


def _open_cases(table: list[tuple[Place, Row]]) -> list[tuple[Place, dict[str, Any]]]:
    """The rows of one label are one case; what they say of the case is the same in each, or left out."""
    cases: dict[str, tuple[Place, dict[str, Any]]] = {}
    for place, row in table:
        position = _given(row, _POSITION)
        if "servers" in position:
            position["servers"] = position["servers"].split()
        said = _given(row, _CASE) | _attributes(row, _OWN)
        if row.get("visits"):
            said["visits"] = dict(one.rpartition("=")[::2] for one in row["visits"].split())
        first, case = cases.setdefault(row["case"], (place, {**said, "positions": []}))
        different = [key for key, value in said.items() if value and case.get(key) != value]
        if different:
            raise InputError(
                Text("与 {first} 对同一办件的说法不同", "this contradicts {first} on the same case").format(
                    first=first
                ),
                Text("改成一致,或留空", "make them agree, or leave it empty"),
                where=str(place),
                value=", ".join(different),
            )
        case["positions"].append(position)
    return list(cases.values())
