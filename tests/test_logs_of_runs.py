"""What the engine writes keeps rule 15, comes back from its file, and is told apart without remainder (rule 16)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.attribution import attribute
from sim.eventlog import EventLog
from sim.logcheck import check_log, first_difference
from sim.logfiles import read_log, write_log
from tests.tiny import run

EFFORT = {"mean": "2 h", "cv": 0.8, "at_most": "6 h"}
PAPERS = {"share": 0.3, "first": [{"wait": "papers", "owner": "customer", "takes": "1 d"}]}
MEETING = {"name": "meeting", "calendar": "office", "on": ["tue", "fri"], "at": "14:00", "length": "1 h"}
TWO_GROUPS = [{"servers": 2, "calendar": "office"}, {"servers": 1, "calendar": "long", "speed": 2}]
FLOW = [
    {"step": "accept", "by": "clerks", "effort": "20 min", "rework": PAPERS},
    {
        "parallel": [
            [{"step": "design", "by": "clerks", "effort": EFFORT, "patience": {"after": {"mean": "9 d", "cv": 1}}}],
            [{"spawn": "permits", "cases": [{"process": "permit", "n": 2}]}],
        ]
    },
    {"session": "review", "at": "meeting"},
    {"mark": "approved"},
    {"step": "build", "by": [{"pool": "crews", "n": 2}, {"pool": "clerks"}], "effort": EFFORT},
    {"step": "meter", "by": [{"pool": "clerks", "same_server_as": "accept"}], "effort": "90 min", "unsplittable": True},
]


@pytest.fixture(scope="module", params=range(3))
def log(request: pytest.FixtureRequest) -> EventLog:
    """Twelve cases in two days with rework, permits as cases of their own, hand-over, patience and a meeting."""
    return run(
        arrivals=tuple(f"2021-06-0{1 + i // 6} {9 + i % 6:02}:{i * 4:02}" for i in range(12)),
        processes={
            "p": {"name": "p", "flow": FLOW},
            "permit": {"name": "permit", "flow": [{"step": "handle", "by": "office", "effort": EFFORT}]},
        },
        pools={
            "clerks": {
                "groups": [{"servers": 2, "calendar": "office"}, {"servers": 1, "calendar": "long", "speed": 2}]
            },
            "crews": {"servers": 3, "calendar": "long", "hand_over": True},
            "office": {"servers": 1, "calendar": "office"},
        },
        calendars={"long": {"name": "long", "hours": {"workdays": ["07:00-20:00"]}}},
        sessions={
            "meeting": {"name": "meeting", "calendar": "office", "on": ["tue", "fri"], "at": "14:00", "length": "1 h"}
        },
        seed=request.param,
    )


def test_it_keeps_the_rule(log: EventLog) -> None:
    check_log(log)
    assert set(range(7)) - set(log.kind.tolist()) <= {6}  # every kind of row, perhaps nobody withdrew


def test_it_comes_back_from_its_file(log: EventLog, tmp_path: Path) -> None:
    write_log(log, tmp_path / "log.parquet")
    assert first_difference(log, read_log(tmp_path / "log.parquet")) is None


def test_the_parts_of_every_case_follow_one_another_and_sum_to_its_elapsed_time(log: EventLog) -> None:
    segments = attribute(log)
    rows = np.flatnonzero(log.is_kind("closed", "withdrawn"))
    assert rows.size >= 12
    for row in rows:
        case = log.case[row]
        its = segments.case == case
        edges = np.append(segments.start[its], log.end[row])
        assert edges[0] == log.cases.accepted[case]
        assert (segments.stop[its] == edges[1:]).all()
