"""A process that was found, written as an ordinary scenario folder."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from calibration.discovering.found import Found
from calibration.discovering.walk import WALK
from sim.model.open_time import date_of
from sim.model.quantities import Quantity

_HEAD = """\
# 由办件数据自动还原的流程:每个状态(上一环节及其快慢)一段等待、一个环节。只用于模拟,不是流程图。
# A process found in a log: for each state (the latest activities, and how fast) a wait and an activity. It is meant
# for simulation; it is no picture of the process.
"""


def files(found: Found, name: dict[str, str]) -> dict[str, bytes]:
    """The files of the folder, by their names."""
    first = date_of(found.until) + dt.timedelta(days=1)
    study = {
        "from": first,
        "to": first.replace(year=first.year + 1) - dt.timedelta(days=1) if (first.month, first.day) != (2, 29) else
        first + dt.timedelta(days=364),
        "warm_up_years": 1,
        "replications": 20,
    }  # fmt: skip
    sections = found.sections | {"name": name, "study": study}
    ((id_, process),) = sections.pop("processes").items()
    sections["scenarios"] = {"as-found": {"name": {"zh": "按数据还原", "en": "as found"}}}
    (flow,) = process["flow"]
    walk = [
        *(f"{id_}:", f"  name: {_flow(name)}", f"  owner: {process['owner']}", "  flow:", f"  - walk: {WALK}"),
        *("    steps:", *(f"    - {_flow(step)}" for step in flow["steps"])),
        *("    table:", *(f"      {_flow(state)}: {_flow(row)}" for state, row in flow["table"].items())),
    ]
    model = [line for key, value in sections.items() for line in _section(key, value)]
    return {
        "model.yaml": (_HEAD + "\n".join(model) + "\n").encode(),
        "process.yaml": (_HEAD + "\n".join(["processes:", *(f"  {line}" for line in walk)]) + "\n").encode(),
    }


def _section(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and key not in ("name", "study"):
        yield f"{key}:"
        yield from (f"  {_flow(id_)}: {_flow(one)}" for id_, one in value.items())
    else:
        yield f"{key}: {_flow(value)}"


def _flow(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Quantity | dt.date):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
