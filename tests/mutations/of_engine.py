"""Faults in the reference engine (rules 4 to 10 and 13 to 15)."""

from __future__ import annotations

from tests.mutations.fault import Fault

QUEUES, WORK, INSTANT = "sim/engine/queues.py", "sim/engine/work.py", "sim/engine/instant.py"
REFERENCE, HISTORY, INITIAL = "sim/engine/reference.py", "sim/engine/history.py", "sim/engine/initial.py"
PREPARED, SESSIONS = "sim/engine/prepared.py", "sim/model/sessions.py"
OF_WORK, OF_FLOW = ("tests/test_reference_work.py",), ("tests/test_reference_flow.py",)
OF_RUNS = ("tests/test_reference_run.py",)

FAULTS = (
    Fault(
        "last-group-first", 4, QUEUES,
        "for place, group in enumerate(self.pools[pool].groups):",
        "for place, group in reversed(list(enumerate(self.pools[pool].groups))):",
        "the last group of a pool works first", OF_WORK,
    ),
    Fault(
        "server-just-free-first", 4, QUEUES,
        "insort(self.group(server).free, server.index)", "self.group(server).free.insert(0, server.index)",
        "who became free last starts before a lower number", OF_WORK,
    ),
    Fault(
        "highest-server-kept", 4, WORK,
        "min(did, default=None)", "max(did, default=None)",
        "of several servers of a step the last is kept", OF_WORK,
    ),
    Fault(
        "kept-server-replaced", 4, WORK,
        "found.append(NeedRow(pool, 1, min(did, default=None)))", "found.append(NeedRow(pool, 1))",
        "a case does not wait for its own server", OF_WORK,
    ),
    Fault(
        "overtaking-in-a-strict-pool", 5, QUEUES,
        "if any(pool.strict and not pool.queue.is_first(entry) for pool in pools.values()):", "if False:",
        "a later entry starts first in a strict pool", OF_WORK,
    ),
    Fault(
        "no-overtaking-at-all", 5, QUEUES,
        "if any(pool.strict and not", "if any(not",
        "nobody starts before one that cannot start", OF_WORK,
    ),
    Fault(
        "unsplittable-may-not-end-at-closing", 5, QUEUES,
        "calendar.next_closing(now) - now >= duration", "calendar.next_closing(now) - now > duration",
        "unsplittable work that would end exactly at closing does not start", OF_WORK,
    ),
    Fault(
        "work-goes-on-over-the-closing", 5, WORK,
        "end, closing = calendar.after(now, entry.remaining_us),", "end, closing = now + entry.remaining_us,",
        "work does not wait for its servers over the night", OF_WORK,
    ),
    Fault(
        "restart-for-resume", 5, WORK,
        "entry.remaining_us -= calendar.open_time(now, closing)", "entry.remaining_us -= 0",
        "work that is handed over begins anew", OF_WORK,
    ),
    Fault(
        "ended-work-is-handed-over", 5, WORK,
        "if closing < end:", "if closing <= end:",
        "work that ends at the closing is handed over", OF_WORK,
    ),
    Fault(
        "withdrawn-work-is-handed-over", 5, WORK,
        "if not case.withdrawn:", "if not case.withdrawn or True:",
        "work of a withdrawn case is handed over", OF_FLOW,
    ),
    Fault(
        "wait-forgets-its-calendar", 6, WORK,
        "self.prepared.after(step.calendar, self.engine.now, row.duration_us)",
        "self.prepared.after(None, self.engine.now, row.duration_us)",
        "a wait runs through the night", OF_FLOW,
    ),
    Fault(
        "cut-off-met-exactly-is-late", 7, INSTANT,
        ">= cut_off  # rule 7", "> cut_off  # rule 7",
        "who meets the cut-off exactly is late", OF_FLOW,
    ),
    Fault(
        "cut-off-in-calendar-time", 7, INSTANT,
        "if calendar.open_time(entry.row.ready, self.now) >= cut_off", "if self.now - entry.row.ready >= cut_off",
        "a night before the session is time enough", OF_FLOW,
    ),
    Fault(
        "one-more-at-a-session", 7, INSTANT,
        "session.capacity.value if session.capacity", "session.capacity.value + 1 if session.capacity",
        "a session takes one more than its capacity", OF_FLOW,
    ),
    Fault(
        "session-lost-for-moved", 7, PREPARED,
        'if session.when_closed == "moved" else BEYOND', "if False else BEYOND",
        "a session on a holiday is lost that should move", OF_FLOW,
    ),
    Fault(
        "other-week", 7, SESSIONS,
        "% self.every_weeks == 0", "% self.every_weeks == self.every_weeks - 1",
        "every other week is the other one", OF_FLOW,
    ),
    Fault(
        "session-runs-over-the-closing", 7, WORK,
        "self.prepared.after(session.calendar, row.start, length)", "self.prepared.after(None, row.start, length)",
        "a session's length does not run on its calendar", OF_FLOW,
    ),
    Fault(
        "one-rework-too-many", 8, REFERENCE,
        "times < step.rework.at_most", "times <= step.rework.at_most",
        "a case goes back n + 1 times", OF_FLOW,
    ),
    Fault(
        "share-of-the-first-visit", 8, REFERENCE,
        "step.rework.share_at(row.visit)", "step.rework.share_at(0)",
        "the share of a rework stays that of the first visit", OF_FLOW,
    ),
    Fault(
        "walk-forgets-one-step", 8, REFERENCE,
        "last = (*last, following)[-walk.order :]", "last = (*last, following)[-1:]",
        "a walk looks at its last step alone", OF_FLOW,
    ),
    Fault(
        "branch-never-by-attribute", 8, REFERENCE,
        "and value in b.when), otherwise)", "and b.when == value), otherwise)",
        "every case takes the default branch", OF_FLOW,
    ),
    Fault(
        "children-not-waited-for", 8, REFERENCE,
        "if not spawn.wait or not children:", "if spawn.wait or not children:",
        "who should wait for its spawned cases does not", OF_FLOW,
    ),
    Fault(
        "handed-over-not-first", 9, QUEUES,
        "return not self.handed_over, priority,", "return True, priority,",
        "what was handed over waits in its turn", OF_WORK,
    ),
    Fault(
        "priority-in-first-come", 9, QUEUES,
        'priority = 0 if discipline == "first-come" else self.priority', "priority = self.priority",
        "priority counts where who comes first goes first", OF_WORK,
    ),
    Fault(
        "due-never-counts", 9, QUEUES,
        'due = self.case.due if discipline == "earliest-due" else 0', "due = 0",
        "who is due first does not go first", OF_WORK,
    ),
    Fault(
        "last-in-a-tie-first", 9, QUEUES,
        "row.ready, self.case.identity, row.step", "row.ready, -self.case.identity, row.step",
        "of two that are ready together the later case goes first", OF_WORK,
    ),
    Fault(
        "case-before-ready", 9, QUEUES,
        "row.ready, self.case.identity, row.step", "self.case.identity, row.ready, row.step",
        "the lower case goes first, however late it comes", OF_WORK,
    ),
    Fault(
        "latest-due-stands", 9, HISTORY,
        "min(self.due, due) if self.due_since == now", "max(self.due, due) if self.due_since == now",
        "of several dues the latest stands", OF_WORK,
    ),
    Fault(
        "due-extended-as-it-is-set", 9, HISTORY,
        "if self.due != BEYOND and self.due_since != now:", "if self.due != BEYOND:",
        "a due that is set at this instant is extended at once", OF_WORK,
    ),
    Fault(
        "dispatch-before-withdrawal", 10, INSTANT,
        "if self._withdrawals():  # rule 10 b, and a again", "if not self._dispatch() and self._withdrawals():",
        "who loses patience as a server becomes free is served", OF_FLOW,
    ),
    Fault(
        "settled-too-soon", 10, INSTANT,
        "_AFTER_ALL_OTHERS = 2", "_AFTER_ALL_OTHERS = 1",
        "an instant is settled while things still happen in it", OF_WORK,
    ),
    Fault(
        "end-of-run-does-not-happen", 10, REFERENCE,
        "prepared.end + 1 - prepared.begin", "prepared.end - prepared.begin",
        "what happens at the end of the run does not happen", OF_RUNS,
    ),
    Fault(
        "pools-as-written", 10, QUEUES,
        "in sorted(pools.items(), key=lambda item: item[0].encode())", "in pools.items()",
        "pools are looked at in the order of the file", OF_WORK,
    ),
    Fault(
        "patience-after-the-first-start", 13, INSTANT,
        "if entry.waiting and entry.row.start == NAT:", "if entry.waiting:",
        "what was handed over may still lose patience", OF_WORK,
    ),
    Fault(
        "others-stay-in-their-queues", 13, INSTANT,
        "for entry in list(case.waiting):", "for entry in [e for e in case.waiting if e.row is cause]:",
        "other entries of a withdrawn case wait on", OF_FLOW,
    ),
    Fault(
        "highest-cause", 13, INSTANT,
        "self._withdraw_now(case, min(causes,", "self._withdraw_now(case, max(causes,",
        "of several causes the highest step is the cause", OF_FLOW,
    ),
    Fault(
        "silence-withdraws", 13, INSTANT,
        "if entry.waiting and not entry.proceeds:", "if entry.waiting:",
        "approval by silence withdraws the case", OF_FLOW,
    ),
    Fault(
        "patience-from-the-begin", 13, WORK,
        "self.prepared.after(patience.calendar, entry.row.ready, lasts)",
        "self.prepared.after(patience.calendar, self.engine.now, lasts)",
        "the patience of an open case begins with the run", OF_RUNS,
    ),
    Fault(
        "visit-before-the-run-again", 14, INITIAL,
        "position.visit + 1)", "position.visit)",
        "an open case makes the visit again that it is in", OF_RUNS,
    ),
    Fault(
        "residual-is-a-new-draw", 14, WORK,
        "entry.keep_residual(calendar.open_time(begun, self.engine.now),", "entry.keep_residual(0,",
        "work that is under way begins anew with the run", OF_RUNS,
    ),
    Fault(
        "run-ends-with-its-window", 14, REFERENCE,
        "if self._still_open == 0 and self.now", "if self.now",
        "the run ends though cases of the window are open", OF_RUNS,
    ),
    Fault(
        "first-branch-releases", 15, REFERENCE,
        "key=lambda item: (item[1].end, item[0]))[1]  # at a tie the last listed",
        "key=lambda item: (item[1].end, -item[0]))[1]  # at a tie",
        "at a tie the first branch listed releases what follows", OF_FLOW,
    ),
    Fault(
        "first-child-releases", 15, REFERENCE,
        "key=lambda item: (item[1].end, item[0]))[1]  # at a tie the highest",
        "key=lambda item: (item[1].end, -item[0]))[1]  # at a tie",
        "at a tie the first spawned case releases what follows", OF_FLOW,
    ),
    Fault(
        "stint-from-the-first-start", 15, WORK,
        "begun = self.engine.now\n                    continue", "continue",
        "each stretch of work is logged from the first start", OF_WORK,
    ),
)  # fmt: skip
