"""Which cases ``trace`` numbers, and what it refuses before it simulates."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import InputError
from sim.model.scenario import Scenario
from sim.tracing import named_case, trace_case
from tests.tiny import scenario, tiny

WORDS = {"name": "x", "service": "s", "item": "1", "quote": "q", "english": "e", "responsible": "r", "deadline": "d"}
READING = {"id": "whole", "name": "x", "role": "default", "unit": "whole-days"}
TIMED = WORDS | {"value": "3 wd", "statistic": "every-case", "readings": [READING]}
LIMITS = {"L1": TIMED | {"classes": ["homes"]}, "L2": TIMED | {"classes": ["shops"]}, "L3": WORDS}


def town(limits: dict[str, Any] = LIMITS, days: dict[str, tuple[int, ...]] | None = None) -> Scenario:
    """Homes spawn a check each, shops have a commitment of their own, visits have none."""
    wait = {"wait": "w", "takes": "1 d", "owner": "customer"}
    processes = {
        "homes": {"name": "h", "flow": [{"spawn": "early", "cases": "check", "wait": False}, wait]},
        "check": {"name": "c", "flow": [wait]},
        "shops": {"name": "s", "flow": [wait]},
        "visits": {"name": "v", "flow": [wait]},
    }
    owners = {"utility": {"name": "u"}, "customer": {"name": "c"}}
    sources = {
        f"s-{id_}": {"name": id_, "process": id_, "listed": [{"accepted": f"2021-06-0{day} 09:00"} for day in of]}
        for id_, of in (days or {"homes": (1, 3, 7), "shops": (2, 8), "visits": (1, 4)}).items()
    }
    model = tiny(processes=processes, owners=owners, sources=sources, limits=limits)
    return scenario(model.model_copy(update={"sources": {id_: model.sources[id_] for id_ in sources}}))


def named(name: str, limit: str | None = None, its: Scenario | None = None) -> str:
    return named_case(its or town(), name, limit, seed=1, replication=0)


def refused(*arguments: Any) -> InputError:
    with pytest.raises(InputError) as found:
        named(*arguments)
    return found.value


def test_cases_are_numbered_by_acceptance_among_those_that_have_a_commitment():
    labels = [named(str(n)) for n in range(1, 6)]
    assert labels == ["s-homes-000001", "s-shops-000001", "s-homes-000002", "s-homes-000003", "s-shops-000002"]
    assert named("2", "L2") == "s-shops-000002" and named("s-homes-2") == "s-homes-000002"
    assert trace_case(town(), "s-shops-000002", None, seed=1, replication=0).limit_id == "L2"


def test_spawned_cases_that_have_a_commitment_are_numbered_once_they_are_known():
    its = town(LIMITS | {"L4": TIMED | {"classes": ["check"]}})
    traced = trace_case(its, named("2", "L4", its), "L4", seed=1, replication=0)
    assert traced.label == "s-homes-000002/early-1-1"


@pytest.mark.parametrize(
    ("arguments", "value", "cure"),
    [
        (("6",), "6", "1 to 5: the cases of homes, shops"),
        (("3", "L2"), "3", "1 to 2: the cases of shops"),
        (("0",), "0", "1 to 5"),
        (("²",), "²", "its number"),
        (("nobody-1",), "nobody-1", "s-homes-000001"),
        (("s-visits-1",), "s-visits-000001", "commitments: none"),
        (("s-homes-1", "L2"), "L2", "commitments: L1"),
        (("1", "L3"), "L3", "L1, L2"),
        (("x-1", None, town(days={"visits": (1,)})), "x-1", "no case that has a commitment"),
    ],
)
def test_what_no_simulation_will_bring_is_refused_and_says_what_there_is(arguments, value, cure):
    error = refused(*arguments)
    assert error.value == value and cure in error.cure.en


def test_where_no_commitment_has_a_clock_no_case_can_be_traced():
    assert "default" in refused("1", None, town({"L3": WORDS})).cure.en
