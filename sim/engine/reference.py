"""The reference engine: SimPy walks the process itself, one readable generator for each block (rules 5 to 8).

It is the specification. What happens at one instant, and who starts when, is in :mod:`sim.engine.instant`.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import simpy

from sim.engine.arrivals import Arrival, pick
from sim.engine.history import CaseState, History, Row
from sim.engine.initial import initial_cases
from sim.engine.instant import Instant
from sim.engine.places import Back, Frame, Gone, Place, Resume
from sim.engine.prepared import Prepared, prepare
from sim.engine.running import Behaviour
from sim.engine.streams import check_replication, check_visit, child_identity, stream_id, uniform
from sim.engine.work import Executions
from sim.errors import ShixianError
from sim.eventlog import EventLog
from sim.model.process import (
    Branch,
    Call,
    Choice,
    Element,
    Flow,
    Mark,
    Optional,
    Parallel,
    SessionStep,
    Spawn,
    WaitStep,
    Walk,
    WorkStep,
)
from sim.model.scenario import Scenario

Walking = Generator[simpy.Event, Any, Row]


def simulate(
    scenario: Scenario, seed: int, replication: int = 0, behaviours: Mapping[str, Behaviour] | None = None
) -> EventLog:
    """One simulated history. ``behaviours`` gives waits, by the names of their paths, a Python generator instead.

    Errors: :class:`sim.errors.RunError` for an endless loop at one instant, too many visits, equal identities.
    """
    with _uncollected():
        return Reference(prepare(scenario), seed, replication, behaviours or {}).run()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cyclic garbage: among the live rows of a year it finds none, for 40% of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Reference:
    """One replication of a scenario."""

    def __init__(self, prepared: Prepared, seed: int, replication: int, behaviours: Mapping[str, Behaviour]) -> None:
        check_replication(replication)
        self.prepared, self.seed, self.replication, self.behaviours = prepared, seed, replication, behaviours
        self.model = prepared.model
        self.env = simpy.Environment(initial_time=prepared.begin)
        self.history = History()
        self.instant = Instant(self.env, prepared, self.history, self._settled)
        self.executions = Executions(self)
        self._finished = self.env.event()
        self._still_open = 0  # cases accepted in the window, and those they spawned

    @property
    def now(self) -> int:
        return int(self.env.now)

    def uniform(self, stream: str, case: CaseState, visit: int) -> float:
        """The keyed random number of one purpose (rule 11)."""
        check_visit(visit, stream)
        return uniform(self.seed, self.replication, stream_id(stream), case.identity, visit)

    # --- the run and its cases (rules 12 and 14)

    def run(self) -> EventLog:
        prepared, last = self.prepared, self.prepared.window[1]
        for case, resume in initial_cases(self):
            self.env.process(self._life(case, None, resume))
        self.env.process(self._arrivals(prepared.arrivals(self.seed, self.replication)))
        self.env.timeout(last - prepared.begin).callbacks.append(lambda _: self.instant.poke())
        self.env.timeout(prepared.end + 1 - prepared.begin).callbacks.append(lambda _: self._stop())
        try:
            self.env.run(until=self._finished)
        except ShixianError as error:  # SimPy makes an error of a process anew, from half of what it knew
            raise (error.__cause__ if isinstance(error.__cause__, ShixianError) else error) from None
        return self.history.log(prepared.begin, min(self.now, prepared.end), prepared.groups, prepared.calendars)

    def _arrivals(self, arrivals: Sequence[Arrival]) -> Generator[simpy.Event, Any, None]:
        first, last = self.prepared.window
        self._still_open += sum(first <= arrival.instant < last for arrival in arrivals)
        for arrival in arrivals:
            yield self.instant.until(arrival.instant)
            source = self.model.sources[arrival.source]
            case = self.new_case(
                arrival.identity,
                arrival.label,
                source.process,
                source.class_(),
                accepted=arrival.instant,
                attributes=dict(arrival.attributes),
                priority=source.priority,
                in_window=first <= arrival.instant < last,
            )
            self.env.process(self._life(case, None))

    def new_case(self, identity: int, label: str, process: str, case_class: str, **known: Any) -> CaseState:
        """A case that is there from now on."""
        case = CaseState(identity, label, process, case_class, over=self.env.event(), **known)
        case.attributes["class"] = case_class
        if case.in_window:
            case.over.callbacks.append(self._window_case_over)
        self.history.cases.append(case)
        return case

    def _life(
        self, case: CaseState, came: Row | None, resume: Resume | None = None
    ) -> Generator[simpy.Event, Any, None]:
        accepted = Row("accepted", case.identity, "", 0, case.accepted, came, start=case.accepted)
        self.history.add(accepted.finish(case.accepted))
        place = Place(self.model.processes, case.process, case.process)
        try:
            last = yield from self._sequence(case, place.flow, place, accepted, resume)
        except Gone:
            return
        closed = Row("closed", case.identity, "", 0, self.now, last, start=self.now)
        case.over.succeed(self.history.add(closed.finish(self.now)))
        self.instant.poke()

    def _window_case_over(self, _: simpy.Event) -> None:
        self._still_open -= 1

    def _settled(self) -> None:
        """The run ends when the cases accepted in the window are over (rule 14)."""
        if self._still_open == 0 and self.now >= self.prepared.window[1]:
            self._stop()

    def _stop(self) -> None:
        if not self._finished.triggered:
            self._finished.succeed()

    # --- blocks (rule 8): each takes the row that released it and returns the row that releases what follows

    def _sequence(self, case: CaseState, flow: Flow, place: Place, came: Row, resume: Resume | None = None) -> Walking:
        frame = Frame(flow)
        inside = place.within(frame)
        if resume is not None:
            frame.index = next(i for i, element in enumerate(flow) if resume.stands_in(element, place))
        while frame.index < len(flow):
            try:
                came = yield from self._element(case, flow[frame.index], inside, came, resume)
                frame.index += 1
            except Back as back:
                if back.frame is not frame:
                    raise
                frame.index, came = back.index, back.came
            resume = None
        return came

    def _element(self, case: CaseState, element: Element, place: Place, came: Row, resume: Resume | None) -> Walking:
        match element:
            case WorkStep() | WaitStep() | SessionStep():
                return self._step(case, element, place, came, resume)
            case Mark():
                return self._mark(case, element, place, came)
            case Parallel():
                return self._parallel(case, element, place, came, resume)
            case Choice():
                return self._choice(case, element, element.branches, element.by, place, came, resume)
            case Optional():
                return self._choice(case, element, element.branches(), element.by, place, came, resume)
            case Call():
                called = place.called(element)
                return self._sequence(case, called.flow, called, came, resume)
            case Spawn():
                return self._spawn(case, element, place, came, resume)
            case Walk():
                return self._walk(case, element, place, came, resume)

    def _step(self, case: CaseState, step: Any, place: Place, came: Row, resume: Resume | None) -> Walking:
        name = place.name(step)
        position = resume.positions.get(name) if resume is not None else None
        if resume is not None and position is None:  # it stands in what happens before going back
            yield from self._first_then_back(case, step, name, place, came, resume)
        row: Row = yield from self.executions.execute(case, step, name, place.process, came, position)
        if case.withdrawn:
            raise Gone
        if step.extends_due:
            case.extend_due(self.now, row.end - row.ready)
            self.instant.reorder(case)
        if step.withdraw and self.uniform(f"{name}/withdrawal", case, row.visit) < step.withdraw.value:
            self.instant.withdraw(case, row)
            raise Gone
        if step.rework is not None:
            goes_back = self.uniform(f"{name}/rework", case, row.visit) < step.rework.share_at(row.visit)
            frame, _ = self._target(step, place)
            times = frame.times.get(name, 0)
            if goes_back and (step.rework.at_most is None or times < step.rework.at_most):
                frame.times[name] = times + 1
                yield from self._first_then_back(case, step, name, place, row, None)
        return row

    def _first_then_back(
        self, case: CaseState, step: Any, name: str, place: Place, came: Row, resume: Resume | None
    ) -> Walking:
        came = yield from self._sequence(case, step.rework.first, place, came, resume)
        frame, index = self._target(step, place)
        raise Back(frame, index, came)

    def _target(self, step: Any, place: Place) -> tuple[Frame, int]:
        """The innermost enclosing sequence that has the element to go back to."""
        name = step.rework.back_to or step.id
        found = ((frame, frame.find(name)) for frame in reversed(place.frames))
        return next((frame, index) for frame, index in found if index is not None)

    def _mark(self, case: CaseState, mark: Mark, place: Place, came: Row) -> Walking:
        yield from ()  # a generator like the others, though it takes no time
        name = place.name(mark)
        row = Row("mark", case.identity, name, case.visit(name), self.now, came, start=self.now, stage=mark.stage)
        return self.history.add(row.finish(self.now))

    def _parallel(self, case: CaseState, parallel: Parallel, place: Place, came: Row, resume: Resume | None) -> Walking:
        ends: list[Row | None] = [None] * len(parallel.parallel)
        joined, inside = self.env.event(), place.cut_off()

        def branch(i: int, flow: Flow) -> Generator[simpy.Event, Any, None]:
            stands_here = resume is not None and resume.stands_in_flow(flow, inside)
            try:
                over = resume is not None and not stands_here
                if over:
                    ends[i] = came
                else:
                    ends[i] = yield from self._sequence(case, flow, inside, came, resume)
            except Gone:
                return
            if None not in ends:
                joined.succeed()

        for i, flow in enumerate(parallel.parallel):
            self.env.process(branch(i, flow))
        yield joined
        if case.withdrawn:
            raise Gone
        rows = [row for row in ends if row is not None]
        return max(enumerate(rows), key=lambda item: (item[1].end, item[0]))[1]  # at a tie the last listed (rule 15)

    def _choice(
        self,
        case: CaseState,
        choice: Choice | Optional,
        branches: Sequence[Branch],
        by: str | None,
        place: Place,
        came: Row,
        resume: Resume | None,
    ) -> Walking:
        name = place.name(choice)
        if resume is not None:
            branch = next(b for b in branches if resume.stands_in_flow(b.flow, place))
        elif by is None:
            u = self.uniform(f"{name}/choice", case, case.visit(name))
            branch = branches[pick([b.share.value for b in branches if b.share is not None], u)]
        else:
            value = case.attributes.get(by)
            otherwise = next(b for b in branches if b.otherwise)
            branch = next((b for b in branches if b.when is not None and value in b.when), otherwise)
        return (yield from self._sequence(case, branch.flow, place, came, resume))

    def _spawn(self, case: CaseState, spawn: Spawn, place: Place, came: Row, resume: Resume | None) -> Walking:
        name = place.name(spawn)
        if resume is not None:
            children = list(resume.children[name])
        else:
            visit = case.visit(name)
            check_visit(visit, name)
            processes = [child.process for child in spawn.cases for _ in range(child.n.value)]
            children = [self._child(case, name, visit, k, process, came) for k, process in enumerate(processes)]
        if not spawn.wait or not children:
            return came
        yield self.env.all_of([child.over for child in children])
        if case.withdrawn:
            raise Gone
        rows: list[Row] = [child.over.value for child in children]  # type: ignore[misc]
        return max(enumerate(rows), key=lambda item: (item[1].end, item[0]))[1]  # at a tie the highest ordinal

    def _child(self, parent: CaseState, spawn: str, visit: int, ordinal: int, process: str, came: Row) -> CaseState:
        child = self.new_case(
            child_identity(parent.identity, stream_id(spawn), visit, ordinal),
            f"{parent.label}/{spawn.rsplit('/', 1)[-1]}-{visit + 1}-{ordinal + 1}",
            process,
            process,
            accepted=self.now,
            attributes=dict(parent.attributes),
            priority=parent.priority,
            in_window=parent.in_window,
            parent=parent,
        )
        self._still_open += child.in_window
        self.env.process(self._life(child, came))
        return child

    def _walk(self, case: CaseState, walk: Walk, place: Place, came: Row, resume: Resume | None) -> Walking:
        name = place.name(walk)
        steps = {element.id: element for element in walk.steps}
        last: tuple[str, ...] = ()
        inside = place.cut_off()
        if resume is not None:
            step = next(element for element in walk.steps if resume.stands_in(element, place))
            came = yield from self._element(case, step, inside, came, resume)
            last = (str(step.id),)
        while True:
            row = walk.table[" ".join(last)]
            u = self.uniform(f"{name}/walk", case, case.visit(name))
            following = list(row)[pick([share.value for share in row.values()], u)]
            if following == "end":
                return came
            came = yield from self._element(case, steps[following], inside, came, None)
            last = (*last, following)[-walk.order :]
