"""All faults, in the order of the places in which they are."""

from __future__ import annotations

from tests.mutations import of_clocks, of_engine, of_kernel, of_time
from tests.mutations.fault import Fault

FAULTS: tuple[Fault, ...] = (*of_time.FAULTS, *of_engine.FAULTS, *of_clocks.FAULTS, *of_kernel.FAULTS)
