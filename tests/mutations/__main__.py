"""``python -m tests.mutations``: try the faults and print who notices each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutations.fault import Fault
from tests.mutations.faults import FAULTS
from tests.mutations.trial import failing_without, noticed_by

SURVIVED = "survived"


def main(arguments: Sequence[str]) -> int:
    """0 when every fault is noticed; 1 when one survives or cannot be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", help="ids, or numbers of rules, with commas between")
    parser.add_argument("--workers", type=int, default=1, help="faults tried at once")
    asked = parser.parse_args(arguments)
    faults = chosen(asked.only)
    if troubles := [f"{fault.id}: {fault.trouble}" for fault in faults if fault.trouble]:
        print(*troubles, sep="\n")
        return 1
    if failed := failing_without(faults):
        print(f"without any fault this fails: {failed}")
        return 1
    survivors = 0
    with ThreadPoolExecutor(asked.workers) as pool:
        for fault, test in zip(faults, pool.map(noticed_by, faults), strict=True):
            survivors += not test
            print(f"{fault.id:40} {fault.rule:>4}  {test or SURVIVED}", flush=True)
    print(f"{len(faults)} faults, {survivors} survived")
    return int(survivors > 0)


def chosen(only: str | None) -> list[Fault]:
    """All faults, or those of these ids and rules; SystemExit for what is neither."""
    if only is None:
        return list(FAULTS)
    asked = set(only.split(","))
    if unknown := asked - {name for fault in FAULTS for name in (fault.id, str(fault.rule))}:
        raise SystemExit(f"no such fault or rule: {', '.join(sorted(unknown))}")
    return [fault for fault in FAULTS if asked & {fault.id, str(fault.rule)}]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
