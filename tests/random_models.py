"""Random small scenarios over the whole model, for properties that every history keeps and two engines must share.

Durations, arrivals and opening hours are mostly whole hours, so that ties come by the thousand; names are drawn so
that the order of bytes is not the order of the description. Each model likes some features and has them often, and
has none of the others: what meets often in one model is found sooner than what seldom meets in all of them ("swarm
testing"; Groce et al., ISSTA 2012). A model runs in some milliseconds.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from hypothesis import strategies as st

from sim.model.base import Model
from sim.model.checks import Whole, check
from sim.model.scenario import Scenario
from sim.text import Text

Described = dict[str, Any]

BEGINS = ("2021-06-01", "2021-06-09", "2021-09-24", "2021-12-30", "2021-02-08")
"""A plain Tuesday; before Dragon Boat; before National Day and its make-up days; over the new year; Spring Festival."""
SHIFTS = (("09:00-12:00", "13:00-17:00"), ("08:00-16:00",), ("10:00-12:00",), ("00:00-24:00",), ("10:00-04:00",))
HOURS = ("1 h", "0 h", "1 h", "2 h", "3 h", "5 h", "9 h")
SHARES = (0.3, 0.5, 0.8)
KINDS = ("x", "y", "z")
SIZES = (1, 2, 4, 5)
"""How many elements a sequence has at most, and a third of the bursts of arrivals."""
FEATURES = (
    "hand-over", "speed", "strict", "discipline", "priority", "due", "patience", "withdraw", "rework", "factors",
    "unsplittable", "kept", "several", "sessions", "parallel", "choices", "walks", "spawns", "calls", "dates", "laws",
    "rates", "initial",
)  # fmt: skip


def models(*, on_the_hour: bool = False, shiftable: bool = False) -> st.SearchStrategy[Model]:
    """Models that :func:`sim.model.checks.check` finds nothing wrong with; a failing one shrinks to few features.

    ``on_the_hour``: no draws but of whole hours, so that all times are multiples of 7.5 min (factors and speeds of
    1/2 and 2). ``shiftable``: nothing knows the date, so that four weeks later the same happens.
    """
    without = {"laws", "rates"} if on_the_hour else {"dates", "initial", "rates"} if shiftable else set()
    features = [feature for feature in FEATURES if feature not in without]
    yes_or_no = st.tuples(*[st.booleans()] * (len(features) + len(SIZES) - 1))
    return st.builds(_model, st.just(features), yes_or_no, st.integers(0, 2**32 - 1)).filter(
        lambda model: not check(Whole(model))
    )


def _model(features: list[str], yes_or_no: tuple[bool, ...], seed: int) -> Model:
    liked = {feature for feature, likes in zip(features, yes_or_no, strict=False) if likes}
    size = SIZES[sum(yes_or_no[len(features) :])]
    return Model.model_validate(_Writer(Random(seed), liked, size).model())


def scenarios(**how: bool) -> st.SearchStrategy[Scenario]:
    """The models of :func:`models`, ready to run."""
    return models(**how).map(scenario)


def scenario(model: Model) -> Scenario:
    """A model ready to run, by no name."""
    return Scenario("random", Text("随机", "random"), model)


class _Process:
    """What has been written of a process: names so far, and the works that a later step may keep a server of."""

    def __init__(self, rank: int) -> None:
        self.rank, self.names, self.depth = rank, 0, 0
        self.works: list[str] = []


class _Writer:
    """Writes the description of one model."""

    def __init__(self, random: Random, liked: set[str], size: int) -> None:
        self.random, self.liked, self.size = random, liked, size
        self.begin = dt.date.fromisoformat(self.pick(BEGINS))
        self.days = random.randint(1, 8)

    # --- small choices

    def pick(self, values: Any) -> Any:
        return self.random.choice(list(values))

    def some(self, values: Any, most: int | None = None) -> list[Any]:
        values = list(values)
        return self.random.sample(values, self.random.randint(1, min(most or len(values), len(values))))

    def rarely(self, one_in: int, of: str | None = None) -> bool:
        """One in so many times, and only where the feature is liked; shrinks to no."""
        return (of is None or of in self.liked) and self.random.randrange(one_in) == 0

    def maybe(self, one_in: int, of: str | None = None, /, **more: Any) -> Described:
        return more if self.rarely(one_in, of) else {}

    def day(self, n: int) -> str:
        return (self.begin + dt.timedelta(n)).isoformat()

    def moment(self, first_day: int, last_day: int) -> str:
        hour = self.pick((9, 9, 10, 11, 12, 14, 17, 0, 23))
        return f"{self.day(self.random.randint(first_day, last_day))} {hour:02d}:00"

    # --- the parts of a model

    def model(self) -> Described:
        self.calendars = {f"hours-{name}": self.calendar() for name in self.pick(("a", "ab", "abc"))}
        self.pools = {name: self.pool() for name in self.pick(("b", "ba", "bca"))}
        self.sessions = {f"session-{name}": self.session() for name in self.pick(("b", "ba"))}
        self.order = self.pick((("p",), ("q", "p"), ("q", "r", "p"), ("p", "q", "r")))
        processes = {name: self.process(rank) for rank, name in reversed(list(enumerate(self.order)))}
        described = {
            "shixian": 1,
            "name": "random",
            "study": {
                "from": self.day(0), "to": self.day(self.days - 1), "warm_up_years": 0,
                "run_out": self.pick(("20 d", "2 d", "9 d")),
            },
            "owners": {"utility": {"name": "utility"}, "customer": {"name": "customer"}},
            "stages": {"s1": {"name": "one"}, "s2": {"name": "two"}},
            "calendars": self.calendars,
            "pools": self.pools,
            "sessions": self.sessions,
            "processes": processes,
            "sources": {name: self.source() for name in self.pick(("n", "nm"))},
        }  # fmt: skip
        if "initial" in self.liked:
            described["initial"] = self.open_cases(processes)
        return described

    def calendar(self) -> Described:
        shifts = list(self.pick(SHIFTS))
        hours = {"workdays": shifts} | self.maybe(4, sat=["10:00-12:00"]) | self.maybe(6, wed=[])
        spec: Described = {"name": "hours", "hours": hours, "working_day": self.pick(("4 h", "7 h"))}
        if "dates" not in self.liked or self.rarely(3):
            return spec | {"statutory": False} | self.maybe(2, hours=dict.fromkeys(("workdays", "sat", "sun"), shifts))
        first = self.random.randint(0, 5)
        span = {"from": self.day(first)[5:], "to": self.day(first + 2)[5:]}
        hours |= self.maybe(4, makeup=["10:00-12:00"]) | self.maybe(6, holidays=["10:00-11:00"])
        spec |= self.maybe(5, seasons=[span | {"hours": {"workdays": ["10:00-12:00", "13:00-14:00"]}}])
        spec |= self.maybe(6, closures=[{"id": "away", "name": "away", "date": self.day(first + 1)}])
        spec |= self.maybe(6, openings=[{"date": self.day(first + 3), "hours": ["06:00-22:00"]}])
        return spec

    def a_calendar(self) -> str:
        return self.pick((*self.calendars, "always"))

    def group(self) -> Described:
        return (
            {"servers": self.pick((1, 1, 2)), "calendar": self.pick((*self.calendars, *self.calendars, "always"))}
            | self.maybe(2, "speed", speed=self.pick((0.5, 2)))
            | self.maybe(2, "hand-over", hand_over=True)
        )

    def pool(self) -> Described:
        return (
            {"name": "pool", "owner": "utility", "groups": [self.group() for _ in range(self.pick((1, 2)))]}
            | self.maybe(2, "discipline", discipline=self.pick(("priority", "earliest-due")))
            | self.maybe(2, "strict", strict=True)
        )

    def session(self) -> Described:
        days = {"on": self.some(("mon", "tue", "wed", "thu", "fri"))}
        if self.rarely(3, "dates"):
            days = {"days": [(self.begin + dt.timedelta(n)).day for n in self.some(range(8))]}
        return (
            {
                "name": "session", "calendar": self.pick(self.calendars), "at": self.pick(("10:00", "14:00", "03:00")),
                "length": self.pick(("1 h", "3 h")), "when_closed": "moved", **days,
            }
            | self.maybe(3, when_closed="lost", at="11:00")
            | (self.maybe(4, every_weeks=2) if "on" in days else {})
            | self.maybe(2, capacity=self.pick((1, 2)))
            | self.maybe(3, cut_off=self.pick(("2 h", "0 h", "1 wd")))
            | self.maybe(2, "discipline", discipline=self.pick(("priority", "earliest-due")))
        )  # fmt: skip

    def source(self) -> Described:
        spec: Described = {"name": "source", "process": self.pick(self.order[:2])}
        spec |= self.maybe(2, "priority", priority=1)
        spec |= self.maybe(3, **{"class": "special"})
        if not self.rarely(2, "rates"):
            listed = []
            for i in range(self.random.randint(1, 3 * self.size)):
                kind = {"kind": self.pick(KINDS)} if i == 0 or self.rarely(2) else {}
                moment = self.moment(0, min(self.days + 1, 4))
                listed += self.pick((1, 2, 4)) * [{"accepted": moment, "attributes": kind}]
            return spec | {"listed": listed}
        rate = {"per_year": 900} if self.rarely(3, "dates") else {"every": self.pick(("9 h", "5 h"))}
        return (
            spec
            | rate
            | self.maybe(2, calendar=self.a_calendar())
            | self.maybe(3, batch={3: 0.25, 1: 0.75})
            | {"attributes": {"kind": {"z": 0.4, "x": 0.6}} | self.maybe(2, size="large")}
            | self.maybe(3, weekdays={"mon": 2, "fri": 0.5}, hours={10: 3, 11: 0})
            | self.maybe(4, "dates", months=[1, 0.5, 1, 1, 1, 2, 1, 1, 3, 1, 1, 1])
        )

    # --- durations

    def takes(self) -> Any:
        if not self.rarely(2, "laws"):
            return self.pick(HOURS) if not self.rarely(4) else {"values": ["0 h", "1 h", "2 h"]}
        return self.pick((
            {"uniform": ["0 h", "4 h"]},
            {"mean": "2 h", "law": "exponential"},
            {"mean": "2 h", "cv": 1, "at_most": "9 h"},
            {"p10": "1 h", "p50": "2 h", "p90": "9 h"}, {"fastest": "1 h", "usual": "2 h", "slowest": "4 h"},
        ))  # fmt: skip

    def amount(self) -> Described:
        """A duration that runs on a calendar, or on none."""
        if self.rarely(2):
            return {"after": self.pick(("1 wd", "2 h", "2 wd")), "calendar": self.pick(self.calendars)}
        return {"after": self.pick(("2 h", "0 h", "6 h", "2 d"))}

    # --- processes

    def process(self, rank: int) -> Described:
        self.now = _Process(rank)
        flow = self.flow([], least=1)
        return {"name": "process", "flow": flow} | self.maybe(3, owner="customer")

    def name(self) -> str:
        """In no particular order of bytes."""
        self.now.names += 1
        return f"{self.pick('cab')}{self.now.names}"

    def flow(self, around: list[list[str]], least: int = 0) -> list[Described]:
        """A sequence; ``around`` has the names of elements so far, of this and of the sequences that rework reaches."""
        self.now.depth += 1
        inside = [*around, []]
        most = max(self.size + 1 - self.now.depth, 1)
        found = []
        for _ in range(self.random.randint(least, most)):
            found.append(self.element(inside))
        self.now.depth -= 1
        return found

    def element(self, around: list[list[str]]) -> Described:
        kinds = [*6 * ["work"], "wait", "wait", "mark"] + 2 * ["session"] * ("sessions" in self.liked)
        if self.now.depth <= 2:
            kinds += ["parallel", "parallel"] * ("parallel" in self.liked) + ["walk"] * ("walks" in self.liked)
            kinds += ["choice", "optional"] * ("choices" in self.liked)
        if self.now.rank + 1 < len(self.order):
            kinds += ["call"] * ("calls" in self.liked) + ["spawn"] * ("spawns" in self.liked)
        kind = self.pick(kinds)
        name = self.name()
        around[-1].append(name)
        return getattr(self, f"_{kind}")(name, around)

    def _mark(self, name: str, _: list[list[str]]) -> Described:
        return {"mark": name} | self.maybe(2, stage="s2")

    def _work(self, name: str, around: list[list[str]]) -> Described:
        pool, *others = self.random.sample(list(self.pools), len(self.pools))
        needs: list[Any] = [self.need(pool)]
        if others and self.rarely(2, "several"):
            needs.append(self.need(others[0]))
        if self.now.works and self.rarely(2, "kept"):
            kept = {"same_server_as": self.pick(self.now.works)}
            needs = [kept] if self.rarely(2) else [*needs, kept]
        step = {"step": name, "by": needs, "effort": self.takes()} | self.stepping(name, around)
        if self.rarely(2, "unsplittable"):
            step |= {"unsplittable": True, "effort": self.pick(("1 h", "0 h", "2 h"))}
        self.now.works.append(name)
        return step | self.drawn()

    def need(self, pool: str) -> Any:
        servers = sum(group["servers"] for group in self.pools[pool]["groups"])
        return {"pool": pool, "n": 2} if servers > 1 and self.rarely(3, "several") else pool

    def _wait(self, name: str, around: list[list[str]]) -> Described:
        step = {"wait": name, "takes": self.takes()} | self.stepping(name, around) | self.drawn()
        step.pop("patience", None)
        if not self.rarely(2):
            return step
        return step | {"calendar": self.pick(self.calendars)} | self.maybe(3, "laws", takes="1 wd")

    def _session(self, name: str, around: list[list[str]]) -> Described:
        return {"session": name, "at": self.pick(self.sessions)} | self.stepping(name, around)

    def drawn(self) -> Described:
        by_class = {"attribute": "class", "values": {"special": 2}}
        return self.maybe(3, "factors", on_repeat=[0.5]) | self.maybe(3, "factors", factor=by_class)

    def stepping(self, name: str, around: list[list[str]]) -> Described:
        """What work, waits and sessions have in common."""
        step = self.maybe(4, stage="s1") | self.maybe(6, owner="customer")
        step |= self.maybe(2, "priority", priority=self.pick((-1, 2)))
        step |= self.maybe(3, "withdraw", withdraw=self.pick((0.2, 0.6)))
        step |= self.maybe(2, "due", extends_due=True)
        if self.rarely(2, "due"):
            step["due"] = self.amount()
        if self.rarely(2, "patience"):
            step["patience"] = self.amount() | self.maybe(3, then="proceed")
        if around and self.rarely(3, "rework"):
            step["rework"] = self.rework(around)
        return step

    def rework(self, around: list[list[str]]) -> Described:
        rework: Described = self.pick((
            {"share": 0.5}, {"share": 1, "at_most": 1}, {"share": 0.7, "at_most": 2}, {"share": [1, 0.3]},
        ))  # fmt: skip
        earlier = [name for names in around for name in names]
        rework = rework | self.maybe(2, back_to=self.pick(earlier))
        return rework | ({"first": self.flow(around)} if self.rarely(4) and self.now.depth <= 2 else {})

    def _parallel(self, name: str, _: list[list[str]]) -> Described:
        return {"parallel": [self.flow([]) for _ in range(self.pick((2, 2, 3)))], "id": name}

    def _choice(self, name: str, around: list[list[str]]) -> Described:
        flows = [self.flow(around), self.flow(around)]
        if flows[0] and self.rarely(6):
            flows.append(flows[0])  # the same steps by another way
        if self.rarely(2):
            branches = [{"when": ["x"], "flow": flows[0]}, *({"otherwise": True, "flow": flow} for flow in flows[1:2])]
            return {"choice": name, "by": self.pick(("kind", "class")), "branches": branches}
        shares = (0.5, 0.5) if len(flows) == 2 else (0.25, 0.25, 0.5)
        return {
            "choice": name,
            "branches": [{"share": s, "flow": flow} for s, flow in zip(shares, flows, strict=True)],
        }

    def _optional(self, name: str, around: list[list[str]]) -> Described:
        how = {"share": self.pick(SHARES)} if not self.rarely(3) else {"by": "kind", "when": ["y", "x"]}
        return {"optional": name, **how, "flow": self.flow(around, least=1)}

    def _walk(self, name: str, _: list[list[str]]) -> Described:
        steps = [self._of_walk() for _ in range(2)]
        a, b = (next(step[key] for key in ("step", "wait", "optional") if key in step) for step in steps)
        if self.rarely(2):
            table = {"": {b: 0.5, a: 0.5}, a: {b: 0.6, "end": 0.4}, b: {a: 0.3, b: 0.2, "end": 0.5}}
            return {"walk": name, "steps": steps, "table": table}
        table = {"": {a: 1}, a: {a: 0.4, b: 0.6}, f"{a} {a}": {b: 1}, f"{a} {b}": {"end": 0.5, a: 0.5}}
        return {"walk": name, "order": 2, "steps": steps, "table": table | {f"{b} {a}": {"end": 1}}}

    def _of_walk(self) -> Described:
        write = self._optional if self.rarely(9) else self._wait if self.rarely(2) else self._work
        return write(self.name(), [])

    def _call(self, name: str, _: list[list[str]]) -> Described:
        return {"call": name, "process": self.pick(self.order[self.now.rank + 1 :])}

    def _spawn(self, name: str, _: list[list[str]]) -> Described:
        cases = [{"process": p, "n": self.pick((1, 1, 2))} for p in self.some(self.order[self.now.rank + 1 :], 2)]
        return {"spawn": name, "cases": cases} | self.maybe(3, wait=False)

    # --- open cases at the begin (rule 14)

    def open_cases(self, processes: dict[str, Any]) -> list[Described]:
        self.busy: set[str] = set()
        found = []
        for i in range(self.pick((1, 2, 3))):
            process = self.pick(self.order)
            positions = self.standing(processes, processes[process]["flow"], process)
            if positions:
                case = {"case": f"old-{i}", "process": process, "accepted": f"{self.day(-3)} 09:00"}
                found.append(case | {"positions": positions} | self.maybe(3, due=self.moment(0, 3)))
        return found

    def standing(self, processes: dict[str, Any], flow: list[Described], path: str) -> list[Described]:
        """Where a case may stand within a flow: in one of its elements, and in some branches of a parallel."""
        elements = [element for element in flow if not {"spawn", "walk", "mark"} & set(element)]
        if not elements:
            return []
        element = self.pick(elements)
        for key in ("step", "wait", "session"):
            if key in element:
                return [self.position(element, key, f"{path}/{element[key]}")]
        if "call" in element:
            return self.standing(processes, processes[element["process"]]["flow"], f"{path}/{element['call']}")
        inside = element.get("parallel") or [branch["flow"] for branch in element.get("branches", [element])]
        if "parallel" not in element:
            return self.standing(processes, self.pick(inside), path)
        branches = self.some(range(len(inside)))
        return [position for i in branches for position in self.standing(processes, inside[i], path)]

    def position(self, step: Described, kind: str, path: str) -> Described:
        found: Described = {"step": path, "ready": f"{self.day(-1)} {self.pick(('10:00', '15:00'))}"}
        found |= self.maybe(2, visit=1)
        if kind == "step" and self.rarely(2):
            servers = self.servers_for(step["by"])
            if servers:
                self.busy |= set(servers)
                return found | {"start": f"{self.day(-1)} 15:00", "servers": servers}
        return found

    def servers_for(self, needs: list[Any]) -> list[str]:
        """The first free servers of one pool; other work does not begin before the run."""
        if len(needs) > 1 or not isinstance(needs[0], str):
            return []
        groups = self.pools[needs[0]]["groups"]
        every = [f"{needs[0]}/{g}/{i}" for g, group in enumerate(groups) for i in range(group["servers"])]
        return [server for server in every if server not in self.busy][:1]
