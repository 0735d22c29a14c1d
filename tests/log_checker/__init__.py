"""Whether a finished event log is what RULES.md says of a scenario: checked from the log and the model alone.

Nothing of the engine is used but the random numbers as functions of their purpose (rule 11); calendars and laws are
the model's. ``wrong`` gives what breaks a rule, each with the rule's number; a log that keeps the rules has none.

    reading.py   the log as rows and cases, the model as what it says on its calendars
    totals.py    keys and order, arrivals, attributes, the run's end, conservation (rules 11, 12, 14, 15)
    ways.py      where the walk of a case is
    flow.py      every case walked along its process, each decision drawn again (rules 8, 9, 11, 13, 15)
    lengths.py   how long each row lasts (rules 3, 5, 6, 7, 13)
    instants.py  who starts when, with which servers, instant by instant (rules 4, 5, 7, 9, 10)
"""

from __future__ import annotations

from sim.eventlog import EventLog
from sim.model.scenario import Scenario
from tests.log_checker import flow, instants, lengths, totals
from tests.log_checker.reading import World


def wrong(log: EventLog, scenario: Scenario, seed: int, replication: int = 0) -> list[str]:
    """What breaks a rule, each as ``rule N: where: what``; the first kinds of trouble found, not all that follows."""
    world = World(log, scenario.model, seed, replication)
    for check in (totals.check, flow.check, lengths.check, instants.check):
        check(world)
        if world.wrong:
            break
    return world.wrong
