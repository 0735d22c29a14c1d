"""Faults in the compiled kernel: the comparison with the reference engine notices each (rules 2 to 15)."""

from __future__ import annotations

from tests.mutations.fault import Fault

KERNEL = "sim/engine/kernel"
COMPARED = ("tests/test_kernel.py::test_both_engines_make_the_same_history",)
OF_DUES = ("tests/test_kernel.py::test_a_due_is_not_extended_by_a_step_that_ends_as_it_is_set",)

FAULTS = (
    Fault(
        "kernel-closed-at-opening", 2, f"{KERNEL}/hours.py",
        "].opens <= memory.run(world)[0].now", "].opens < memory.run(world)[0].now",
        "a calendar is closed at the instant of its opening", COMPARED,
    ),
    Fault(
        "kernel-last-server-first", 4, f"{KERNEL}/bits.py",
        "builder.cttz(arguments[0], is_never_zero)",
        "builder.sub(context.get_constant(types.int64, 63), builder.ctlz(arguments[0], is_never_zero))",
        "the highest number works first, and pools are looked at from the last on", COMPARED,
    ),
    Fault(
        "kernel-unsplittable-may-not-end-at-closing", 5, f"{KERNEL}/servers.py",
        "- memory.run(world)[0].now >= length", "- memory.run(world)[0].now > length",
        "unsplittable work that would end exactly at closing does not start", COMPARED,
    ),
    Fault(
        "kernel-cut-off-met-exactly-is-late", 7, f"{KERNEL}/instant.py",
        ">= session.cut_off_us", "> session.cut_off_us",
        "who meets the cut-off exactly is late", COMPARED,
    ),
    Fault(
        "kernel-one-more-at-a-session", 7, f"{KERNEL}/instant.py",
        "places, link = session.capacity,", "places, link = session.capacity + 1,",
        "a session takes one more than its capacity", COMPARED,
    ),
    Fault(
        "kernel-one-rework-too-many", 8, f"{KERNEL}/work.py",
        "slots[case.slots + node.times] >= node.at_most", "slots[case.slots + node.times] > node.at_most",
        "a case goes back n + 1 times", COMPARED,
    ),
    Fault(
        "kernel-handed-over-last", 9, f"{KERNEL}/queues.py",
        "        return one.handed_over\n", "        return other.handed_over\n",
        "what was handed over waits behind the others", COMPARED,
    ),
    Fault(
        "kernel-priority-in-first-come", 9, f"{KERNEL}/queues.py",
        "if discipline != FIRST_COME and one.priority", "if one.priority",
        "priority counts where who comes first goes first", COMPARED,
    ),
    Fault(
        "kernel-due-extended-as-it-is-set", 9, f"{KERNEL}/work.py",
        "and case.due != BEYOND and case.due_since != run.now:", "and case.due != BEYOND:",
        "a due that is set at this instant is extended at once", OF_DUES,
    ),
    Fault(
        "kernel-patience-after-the-first-start", 13, f"{KERNEL}/instant.py",
        "execution.waiting and memory.row_start(world)[row] == NAT", "execution.waiting",
        "what was handed over may still lose patience", COMPARED,
    ),
    Fault(
        "kernel-patience-from-the-begin", 13, f"{KERNEL}/work.py",
        "execution.ready, lasts), now)", "now, lasts), now)",
        "the patience of an open case begins with the run", COMPARED,
    ),
    Fault(
        "kernel-end-of-run-does-not-happen", 10, f"{KERNEL}/instant.py",
        "if instant > run.end:", "if instant >= run.end:",
        "what happens at the end of the run does not happen", COMPARED,
    ),
    Fault(
        "kernel-first-branch-releases", 15, f"{KERNEL}/cases.py",
        "branch > slots[first + LAST_BRANCH]", "branch < slots[first + LAST_BRANCH]",
        "at a tie the first branch listed releases what follows", COMPARED,
    ),
)  # fmt: skip
