"""A simulated log as a utility would export it: long form, to the second or dates alone, open cases as they are."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from calibration.importing.mapping import ClassRule, LongColumns, Mapping, Means
from calibration.importing.mapping_files import write_mapping
from sim.eventlog import NAT, EventLog, Ints

COLUMNS = ["办件编号", "环节名称", "开始时间", "结束时间", "处理人", "受理时间", "办结时间"]


def exported(
    log: EventLog, path: Path, *, case_class: str, dates: bool = False, starts: bool = True, staff: bool = True
) -> Path:
    """Writes ``path`` with its mapping beside it: every step that has begun, by the names that the log has."""
    rows = np.flatnonzero(log.is_kind("work", "wait", "mark") & (log.start != NAT))
    steps = [str(log.step[row]).rpartition("/")[2] for row in rows]
    marks = log.is_kind("mark")[rows]
    places = log.stints.first[rows]
    staffed = log.stints.first[rows + 1] > places
    who = [
        f"员工{log.stints.servers[log.stints.server_first[place]]}" if some else ""
        for place, some in zip(places.tolist(), staffed.tolist(), strict=True)
    ]
    case = log.case[rows]
    columns = [
        [log.cases.label[c] for c in case.tolist()], steps, _text(np.where(marks, NAT, log.start[rows]), dates),
        _text(log.end[rows], dates), who, _text(log.cases.accepted[case], dates), _text(log.closed[case], dates),
    ]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(zip(*columns, strict=True))
    means = {name: Means(mark=name) if mark else Means(step=name) for name, mark in zip(steps, marks, strict=True)}
    mapping = Mapping(
        form="long",
        case=COLUMNS[0],
        long=LongColumns(step=COLUMNS[1], start=COLUMNS[2] if starts else None, end=COLUMNS[3]),
        steps=means,
        who=COLUMNS[4] if staff else None,
        accepted=COLUMNS[5],
        closed=COLUMNS[6],
        classes=(ClassRule.model_validate({"class": case_class}),),
    )
    write_mapping(path.with_suffix(".mapping.yaml"), mapping)
    return path


def _text(instants: Ints, dates: bool) -> list[str]:
    words = np.datetime_as_string(instants.astype("datetime64[us]"), unit="D" if dates else "s")
    return ["" if t == NAT else str(word).replace("T", " ") for t, word in zip(instants.tolist(), words, strict=True)]
