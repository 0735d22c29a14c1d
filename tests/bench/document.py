"""What ``bench.json`` holds; these types are its schema. Seconds are of the processor unless a name says ``wall``."""

from __future__ import annotations

from statistics import median

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Times(Part):
    """Several measurements of one thing, in the order in which they were made."""

    median: float
    runs: list[float]

    @classmethod
    def of(cls, runs: list[float]) -> Times:
        return cls(median=round(median(runs), 4), runs=[round(run, 4) for run in runs])


class Mean(Part):
    """The mean cycle time of the cases in hours, over all runs; ``se`` is its standard error, null for one run."""

    value: float
    se: float | None


class Program(Part):
    """One program on one workload: inside a warm process, and as a process of its own."""

    warm_s: Times
    process_s: Times
    cases: int
    mean_h: Mean


class Workload(Part):
    """A workload by both programs, alternating.

    ``times_simpy`` and ``process_times_simpy`` divide seconds a case; ``events`` are starts and ends of activities in
    the runs of Shixian, of which ``cases`` and ``rows`` are sums over the runs, too.
    """

    times_simpy: float
    process_times_simpy: float
    shixian: Program
    simpy: Program
    rows: int
    events: int
    events_per_s: float
    prepare_s: float
    """Reading the folder and making its program, once for all replications."""


class Growth(Part):
    """Cost of an event by the number of cases; ``ratio`` is that of the largest run to that of the smallest."""

    cases: list[int]
    ns_per_event: list[float]
    ratio: float


class Memory(Part):
    """Peak memory of one replication with its full log, in a process of its own, and what it held before that."""

    cases: int
    imports_mb: float
    peak_mb: float
    above_imports_mb: float


class Starting(Part):
    """What is paid before anything is simulated, each in a process of its own, Python's own start included."""

    python_s: Times
    import_simpy_s: Times
    import_shixian_s: Times
    help_s: Times
    help_wall_s: Times
    compile_s: float | None
    """The first import of the engine on a machine; null where it was not measured."""


class Workers(Part):
    """The same replications of W1 by threads, on the wall's clock: ``ratio`` is one's time divided by two's."""

    cases: int
    replications: int
    one_wall_s: Times
    two_wall_s: Times
    ratio: float


class Command(Part):
    """One command as a user gives it."""

    replications: int
    wall_s: float
    cpu_s: float


class City(Part):
    """``compare before plan`` without report and logs, on ``workers`` threads; 100 replications are worked out.

    ``wall_100_s`` = ``wall_s`` of the larger run + (100 - its replications) x the difference of both runs by the
    difference of their replications; so for ``cpu_100_s``.
    """

    workers: int
    runs: list[Command]
    wall_100_s: float
    cpu_100_s: float
    worked_out: bool
    """False where the 100 replications were really run."""


class Export(Part):
    """A made-up export read and imported in a process of its own, on the wall's clock; its peak memory.

    ``mb_at_50_million`` is worked out from the two sizes, as a straight line. ``cpu_s`` is the processor time of both
    processors together, which others on the machine disturb less; ``gb18030_wall_s`` is of the larger in GB18030.
    """

    rows: list[int]
    wall_s: list[float]
    cpu_s: list[float]
    gb18030_wall_s: float
    peak_mb: list[float]
    rows_per_s: int
    mb_at_50_million: int


class Machine(Part):
    processor: str
    processors: int
    memory_mb: int
    platform: str
    load_before: float
    """Mean number of running processes in the minute before: above zero others shared the machine."""


class Bench(Part):
    """A part that was not asked for is null."""

    version: int = 1
    commit: str
    machine: Machine
    versions: dict[str, str]
    cases: int
    runs: int
    w1: Workload | None = None
    w1c: Workload | None = None
    w2: Workload | None = None
    growth: dict[str, Growth] | None = None
    memory: Memory | None = None
    starting: Starting | None = None
    workers: Workers | None = None
    city: City | None = None
    report: Command | None = None
    export: Export | None = None
