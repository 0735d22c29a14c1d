"""``figures.csv``: a table that overrides figures by path and carries their evidence (DESIGN part 5).

Columns: path, value, low, high, unit, evidence, source, by; only the first two are needed. Whoever fills it in may
use Excel: UTF-8 with or without BOM and GB18030 are read.
"""

from __future__ import annotations

from typing import Any

from sim.errors import InputError, InputErrors, Path, ShixianError
from sim.model import overrides
from sim.model.figures import EVIDENCE_KINDS
from sim.model.patterns import NO_RANGE
from sim.model.places import Document, Place
from sim.model.tables import Row, rows
from sim.names import nearest
from sim.text import Text

COLUMNS = ("path", "value", "low", "high", "unit", "evidence", "source", "by")


def apply(document: Document, text: str, file: str) -> None:
    """Put the table's figures in; :class:`InputErrors` names every line that is wrong."""
    errors: list[ShixianError] = []
    first: dict[Path, Place] = {}
    for place, row in rows(text, file, COLUMNS[:2], COLUMNS):
        try:
            path = overrides.find(document, row["path"])
            if (other := first.setdefault(path, place)) != place:
                raise InputError(
                    Text("这个路径已在 {first} 出现", "this path is already given at {first}").format(first=other),
                    Text("只保留一行", "keep one of the two"),
                    value=row["path"],
                )
            value, evidence = _figure(path, row)
            overrides.put(document, path, value, evidence, place)
        except InputErrors as several:
            errors += [error.at(str(place)) for error in several.errors]
        except InputError as error:
            errors.append(error.at(str(place)))
    if errors:
        raise InputErrors(errors)


def _figure(path: Path, row: Row) -> tuple[Any, dict[str, Any]]:
    """The value and its evidence, in the form that scenario files have."""
    if not row["value"]:
        raise InputError(Text("缺少 value", "value is missing"), Text("填入数值", "fill it in"), value=row["path"])
    low, high = (_with_unit(path, row.get(name, ""), row) for name in ("low", "high"))
    if (low is None) != (high is None):
        raise InputError(
            Text("范围须有 low 和 high 两端", "a range has both low and high"),
            Text("补上另一端,或两端都留空", "fill in the other one, or leave both empty"),
            value=row.get("low") or row.get("high"),
        )
    has_range = overrides.has_range(path)
    if low is not None and not has_range:
        raise InputError(NO_RANGE, Text("low 和 high 留空", "leave low and high empty"), value=row["low"])
    evidence = _evidence(row, None if low is None else [low, high], has_range=has_range)
    return _with_unit(path, row["value"], row), evidence


def _with_unit(path: Path, number: str, row: Row) -> Any:
    unit = row.get("unit", "")
    if not number:
        return None
    if not unit:
        return overrides.readable(number)
    if overrides.is_duration(path):
        return f"{number} {unit}"
    if unit == "%":
        return f"{number}%"
    raise InputError(
        Text("这个数没有单位", "this number has no unit"), Text("unit 留空", "leave unit empty"), value=unit
    )


def _evidence(row: Row, interval: list[Any] | None, *, has_range: bool) -> dict[str, Any]:
    kind, source = row.get("evidence", ""), row.get("source", "")
    if kind and kind not in EVIDENCE_KINDS:
        raise InputError(Text("没有这种依据", "there is no such evidence"), nearest(kind, EVIDENCE_KINDS), value=kind)
    notes = {key: row[key] for key in ("source", "by") if row.get(key)}
    if kind in ("plan", "published"):
        if interval is not None or not source:
            raise InputError(
                Text("plan、published 写明 source,不带范围", "plan and published name their source and have no range"),
                Text("填 source,low 和 high 留空", "fill in source, leave low and high empty"),
                value=kind,
            )
        return {kind: source, **{key: note for key, note in notes.items() if key == "by"}}
    if kind == "log" and interval is None and has_range:
        raise InputError(
            Text("来自日志的数带区间", "a number from a log has its interval"),
            Text("填 low 和 high", "fill in low and high"),
            value=kind,
        )
    if not kind and interval is None:
        return notes
    return {kind or "assumption": interval or True, **notes}
