"""A step as a node: its duration, who does it, how long its case holds out, when it is due (rules 3 to 9, 13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engine.program.layout import NONE
from sim.engine.program.tables import Tables
from sim.engine.streams import stream_id
from sim.model.paths import pool_of
from sim.model.process import DurationPart, SessionStep, Step, WaitStep, WorkStep

KeepSlot = Callable[[str, str], int]


def step_fields(tables: Tables, step: Step, path: str, process: str, keep_slot: KeepSlot) -> dict[str, Any]:
    """What the node of a step says beside its rework; ``keep_slot`` finds the slot of a step and a pool."""
    name = f"{path}/{step.id}"
    fields: dict[str, Any] = {"extends_due": step.extends_due, "draw_stream": stream_id(f"{name}/duration")}
    if step.priority is not None:
        fields |= {"has_priority": True, "priority": step.priority}
    if step.withdraw is not None:
        share = step.withdraw.value
        fields |= {
            "has_withdrawal": True, "withdraw_share": share, "withdrawal_stream": stream_id(f"{name}/withdrawal"),
        }  # fmt: skip
    if step.due is not None:
        due_us = tables.prepared.amount_us(step.due.after, step.due.calendar)
        fields |= {"has_due": True, "due_us": due_us, "due_calendar": tables.calendar(step.due.calendar)}
    if step.patience is not None and not isinstance(step, WaitStep):
        patience = step.patience
        fields |= {
            "has_patience": True, "proceeds": patience.then == "proceed",
            "patience_law": tables.law(patience.after, patience.calendar),
            "patience_calendar": tables.calendar(patience.calendar),
            "patience_stream": stream_id(f"{name}/patience"),
        }  # fmt: skip
    match step:
        case WorkStep():
            return fields | _drawn(tables, step) | _work(tables, step, path, process, keep_slot)
        case WaitStep():
            law = tables.law(step.takes, step.calendar)
            return fields | _drawn(tables, step) | {"law": law, "calendar": tables.calendar(step.calendar)}
        case SessionStep():
            return fields | {"session": tables.sessions[step.at]}


def _drawn(tables: Tables, step: DurationPart) -> dict[str, Any]:
    """The factors on a duration: of each visit, and of each value of an attribute."""
    repeats = [figure.value for figure in step.on_repeat]
    fields: dict[str, Any] = {"repeats": tables.repeats.add(repeats), "n_repeats": len(repeats)}
    if step.factor is None:
        return fields
    attribute = step.factor.attribute
    every = [step.class_factor({} if v is None else {attribute: v}) for v in tables.values_of(attribute)]
    return fields | {"attribute": tables.attribute(attribute), "factors": tables.factors.add(every)}


def _work(tables: Tables, step: WorkStep, path: str, process: str, keep_slot: KeepSlot) -> dict[str, Any]:
    model = tables.model
    needs = []
    for need in step.by:
        pool = pool_of(model, process, need)
        kept = NONE if need.same_server_as is None else keep_slot(f"{path}/{need.same_server_as}", pool)
        needs.append((tables.pools[pool], need.n, kept))
    pools = list(dict.fromkeys(pool for pool, _, _ in needs))
    names = list(tables.pools)
    groups = [group for pool in pools for group in model.pools[names[pool]].groups]
    speeds = sorted({group.speed.value for group in groups})
    effort_runs_on = model.pools[names[needs[0][0]]].groups[0].calendar
    is_simple = len(needs) == 1 and needs[0][1:] == (1, NONE) and not step.unsplittable
    return {
        "is_simple": is_simple, "law": tables.law(step.effort, effort_runs_on), "unsplittable": step.unsplittable,
        "needs": tables.needs.add(needs), "n_needs": len(needs), "n_kept": sum(kept != NONE for _, _, kept in needs),
        "pools": tables.step_pools.add(pools), "n_pools": len(pools),
        "speeds": tables.speeds.add(speeds), "n_speeds": len(speeds),
    }  # fmt: skip
