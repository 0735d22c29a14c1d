"""One program on one workload as a process of its own: ``python -m tests.bench.one shixian w1 100000 0``.

``memory`` instead of ``shixian`` prints, in KiB, what it holds before anything is simulated and the most that it
ever held, and the number of cases.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(program: str, name: str, size: str, replication: str) -> None:
    if program == "simpy":
        from tests.bench.simpy_models import MODELS

        MODELS[name](float(size), int(replication))
        return
    import sim.engine.kernel  # noqa: F401 - it is measured apart
    from tests.bench.workloads import scenario, simulated

    before = _memory("VmRSS") if program == "memory" else 0
    log = simulated(scenario(name, int(size)), int(replication))
    if program == "memory":
        print(before, _memory("VmHWM"), len(log.cases))


def _memory(of: str) -> int:
    """``VmRSS``, what the process holds now, or ``VmHWM``, the most that it ever held, in KiB, as Linux tells it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(of))


if __name__ == "__main__":
    main(*sys.argv[1:])
