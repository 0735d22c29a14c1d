"""The open cases that a run begins with, instead of a warm-up (rule 14)."""

from __future__ import annotations

from sim.engine.history import CaseState
from sim.engine.places import Resume
from sim.engine.running import Running
from sim.engine.streams import case_identity, stream_id
from sim.model.open_time import instant_of

SOURCE = "initial"
"""Their identity is (CRC-32 of this name, ordinal), by the byte order of their labels."""


def initial_cases(engine: Running) -> list[tuple[CaseState, Resume]]:
    """The cases, and where they stand."""
    described = sorted(engine.model.initial, key=lambda case: case.case.encode())
    cases: dict[str, CaseState] = {}
    for ordinal, known in enumerate(described, start=1):
        case = engine.new_case(
            case_identity(stream_id(SOURCE), ordinal),
            known.case,
            known.process,
            known.case_class or known.process,
            accepted=instant_of(known.accepted),
            attributes=dict(known.attributes),
            priority=known.priority,
            in_window=False,
        )
        case.visits.update(known.visits)
        for position in known.positions:
            case.visits[position.step] = max(case.visits[position.step], position.visit + 1)
        if known.due is not None:
            case.due = instant_of(known.due)
        cases[known.case] = case
    children: dict[str, dict[str, list[CaseState]]] = {}
    for known in described:
        if known.parent is not None and known.spawned_by is not None:
            cases[known.case].parent = cases[known.parent]
            children.setdefault(known.parent, {}).setdefault(known.spawned_by, []).append(cases[known.case])
    return [
        (
            cases[known.case],
            Resume(
                {position.step: position for position in known.positions},
                {name: tuple(some) for name, some in children.get(known.case, {}).items()},
            ),
        )
        for known in described
    ]
