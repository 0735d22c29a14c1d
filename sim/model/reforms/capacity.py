"""Who does the work: how many, in which pool, for whom first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim.errors import InputError
from sim.model.base import Model
from sim.model.figures import CountFigure, RateFigure
from sim.model.needs import Need
from sim.model.part import Id, Name, refuse
from sim.model.pools import Discipline, Group, Pool
from sim.model.process import Element, Process, SessionStep, WaitStep, WorkStep
from sim.model.reforms import trees, words
from sim.model.reforms.arithmetic import added, multiplied
from sim.model.reforms.change import FIGURES, POOLS, Change, Ids, Operation, StepPaths, Touch, changed, one_or_several
from sim.model.reforms.durations import on_steps
from sim.model.reforms.words import fill
from sim.names import find
from sim.text import Text

_DISCIPLINES = {
    "first-come": Text("先到先办", "first come, first served"),
    "priority": Text("按优先级办理", "by priority"),
    "earliest-due": Text("先到期先办", "earliest due first"),
}


class OfGroup(Change):
    """A change of one group of pools; of the only one, when left out."""

    phase: ClassVar[int] = FIGURES
    group: int = Field(default=1, ge=1, description="1: the first group of the pool")

    def _of(self, model: Model, id_: str) -> Group:
        """The group of a pool."""
        groups = find(model.pools, id_, words.POOL).groups
        if self.group > len(groups) or ("group" not in self.model_fields_set and len(groups) > 1):
            raise InputError(
                Text("班组有 {n} 组,须指明是第几组", "the pool has {n} groups: say which").format(n=len(groups)),
                Text("写 group: 1 至 group: {n}", "write group: 1 to group: {n}").format(n=len(groups)),
                value=id_,
            )
        return groups[self.group - 1]

    def _on_groups(self, model: Model, pools: Ids, edit: Callable[[Group], dict[str, Any]]) -> Model:
        for id_ in pools:
            old = self._of(model, id_)
            pool, i = model.pools[id_], self.group - 1
            groups = (*pool.groups[:i], changed(old, **edit(old)), *pool.groups[i + 1 :])
            model = words.replaced(model, "pools", id_, changed(pool, groups=groups))
        return model

    def _group_touched(self, model: Model, pools: Ids, aspect: str) -> frozenset[Touch]:
        for id_ in pools:
            self._of(model, id_)
        return frozenset(("pool", id_, "group", str(self.group), aspect) for id_ in pools)


class Servers(OfGroup):
    """How many people or crews a pool has: so many, so many more or fewer, or so many times (rounded to whole ones)."""

    servers: Ids = Field(min_length=1)
    to: CountFigure | None = None
    add: int | None = None
    factor: RateFigure | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Servers:
        one_of(to=self.to, add=self.add, factor=self.factor)
        return self

    @property
    def operation(self) -> Operation:
        return "set" if self.add is None else "add"  # two factors are rounded, so their order could show

    def _applied(self, model: Model) -> Model:
        return self._on_groups(model, self.servers, lambda group: {"servers": self._number(group.servers)})

    def _number(self, old: Any) -> Any:
        if self.to is not None:
            return self.to
        if self.factor is not None:
            return multiplied(old, self.factor, whole=True)
        if old.value + (self.add or 0) < 0:
            raise InputError(
                Text("人数不能少于零", "there cannot be fewer than none"),
                Text("现有 {n}", "there are {n}").format(n=old.value),
                value=self.add,
            )
        return added(old, self.add or 0)

    def touches(self, model: Model) -> frozenset[Touch]:
        return self._group_touched(model, self.servers, "servers")

    def describe(self, model: Model) -> Text:
        told = []
        for id_ in self.servers:
            before = self._of(model, id_).servers
            old, new = before.value, self._number(before).value
            verb = Text("增至" if new > old else "减至", "to")
            told.append(
                fill(
                    Text("{pool}由 {old} {verb} {new}", "{pool} from {old} {verb} {new}"),
                    pool=words.pool(model, id_),
                    old=old,
                    verb=verb,
                    new=new,
                )
            )
        return fill(Text("人员(班组数){what}", "Servers of {what}"), what=words.joined(told, ";", "; "))


class ShiftHandOver(OfGroup):
    """Work is handed over when the group's calendar closes (交班), or no longer is (rule 5)."""

    shift_hand_over: Ids = Field(min_length=1)
    to: bool

    def _applied(self, model: Model) -> Model:
        return self._on_groups(model, self.shift_hand_over, lambda _: {"hand_over": self.to})

    def touches(self, model: Model) -> frozenset[Touch]:
        return self._group_touched(model, self.shift_hand_over, "hand-over")

    def describe(self, model: Model) -> Text:
        pools = words.joined(words.pool(model, id_) for id_ in self.shift_hand_over)
        if self.to:
            return fill(Text("{pools}下班时交接班,由他人续办", "{pools} hand work over when they close"), pools=pools)
        return fill(Text("{pools}下班不交接,本人次日续办", "{pools} keep their work over night"), pools=pools)


class Speed(OfGroup):
    """How fast a group works: 1.25 does in 4 hours what took 5."""

    speed: Ids = Field(min_length=1)
    to: RateFigure

    def _applied(self, model: Model) -> Model:
        return self._on_groups(model, self.speed, lambda _: {"speed": self.to})

    def touches(self, model: Model) -> frozenset[Touch]:
        return self._group_touched(model, self.speed, "speed")

    def describe(self, model: Model) -> Text:
        pools = words.joined(words.pool(model, id_) for id_ in self.speed)
        return fill(
            Text("{pools}的办理速度为 {n} 倍", "{pools} work at {n} times the speed"), pools=pools, n=self.to.value
        )


class MergePools(Change):
    """Several pools become one (一窗受理、大综窗): their groups one after another, in the order of the list.

    ``into`` is a new id or one of theirs. Where they differ in owner or in the order of the queue, it has to be said.
    """

    phase: ClassVar[int] = POOLS
    merge_pools: Ids = Field(min_length=2)
    into: Id
    name: Name | None = None
    owner: Id | None = None
    discipline: Discipline | None = None

    def _applied(self, model: Model) -> Model:
        old = {id_: find(model.pools, id_, words.POOL) for id_ in self.merge_pools}
        if self.into not in old:
            words.refuse_known(model.pools, self.into)
        if self.owner is not None:
            words.known_owner(model, self.owner)
        given: dict[str, Any] = {"name": self.name, "owner": self.owner, "discipline": self.discipline}
        if self.name is None and self.into in old:
            given["name"] = old[self.into].name
        for field in given:
            given[field] = given[field] or _shared([getattr(pool, field) for pool in old.values()], field)
        first = next(iter(old.values()))
        groups = tuple(group for pool in old.values() for group in pool.groups)
        merged = changed(first, groups=groups, strict=any(pool.strict for pool in old.values()), **given)
        pools: dict[str, Pool] = {}
        for id_, pool in model.pools.items():
            if id_ == self.merge_pools[0]:
                pools[self.into] = merged
            elif id_ not in old:
                pools[id_] = pool
        processes = {id_: self._renamed(process) for id_, process in model.processes.items()}
        return model.model_copy(update={"pools": pools, "processes": processes})

    def _renamed(self, process: Process) -> Process:
        flow = trees.each(process.flow, self._needing)
        return process if flow == process.flow else process.model_copy(update={"flow": flow})

    def _needing(self, element: Element) -> Element:
        if not isinstance(element, WorkStep) or not any(need.pool in self.merge_pools for need in element.by):
            return element
        plain = [need for need in element.by if need.pool in self.merge_pools and need.same_server_as is None]
        others = [need for need in element.by if need not in plain]
        needs = [changed(need, pool=self.into) if need.pool in self.merge_pools else need for need in others]
        if plain:  # a step that needed two of these pools needs as many servers of the one
            needs.insert(0, Need(pool=self.into, n=sum(need.n for need in plain)))
        return element.model_copy(update={"by": tuple(needs)})

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("pool", id_, "merged") for id_ in (*self.merge_pools, self.into))

    def describe(self, model: Model) -> Text:
        return fill(
            Text("将{pools}合并为{into},统一受理、统一排队", "{pools} become one pool, {into}, with one queue"),
            pools=words.joined(words.pool(model, id_) for id_ in self.merge_pools),
            into=words.quoted(self.name) if self.name else words.pool(model, self.into),
        )


class Assign(Change):
    """Somebody else does the steps (改由…办理): other pools, another owner whose time they are, or both.

    The owner of work follows its pool unless the step or this change names one. Where only the label on a clock
    changes while the same people do the same work, that is a change of the clock: ``reclassify``.
    """

    phase: ClassVar[int] = FIGURES
    assign: StepPaths = Field(min_length=1)
    by: tuple[Need, ...] | None = Field(default=None, min_length=1)
    owner: Id | None = None

    @field_validator("by", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        needs = value if isinstance(value, (list, tuple)) or value is None else [value]
        return needs and [{"pool": need} if isinstance(need, str) else need for need in needs]

    @model_validator(mode="after")
    def _something(self) -> Assign:
        if self.by is None and self.owner is None:
            raise refuse(
                Text("须写 by(班组)或 owner(用时主体)", "give `by` (pools) or `owner`"),
                Text("例如 by: approval-windows", "for example by: approval-windows"),
            )
        return self

    def _applied(self, model: Model) -> Model:
        for need in self.by or ():
            if need.pool is not None:
                find(model.pools, need.pool, words.POOL)
        if self.owner is not None:
            words.known_owner(model, self.owner)
        return on_steps(model, self.assign, self._assigned)

    def _assigned(self, element: Element) -> Element:
        if not isinstance(element, (WorkStep, WaitStep, SessionStep)) or (
            self.by and not isinstance(element, WorkStep)
        ):
            raise InputError(
                Text(
                    "只有工作能改由其他班组办理,只有步骤有用时主体",
                    "only work is done by pools, and only steps have an owner",
                ),
                Text("等待和集中办理只改 owner", "of a wait or a session change the owner only"),
                value=element.id,
            )
        if self.by is not None:
            element = changed(element, by=self.by, owner=None)
        return element if self.owner is None else changed(element, owner=self.owner)

    def touches(self, model: Model) -> frozenset[Touch]:
        aspects = [aspect for aspect, given in (("by", self.by), ("owner", self.owner or self.by)) if given]
        return frozenset(("step", path, aspect) for path in self.assign for aspect in aspects)

    def describe(self, model: Model) -> Text:
        steps = words.steps(model, self.assign)
        if self.by is None:
            return fill(
                Text("{steps}改由{owner}负责", "{steps}: {owner} is responsible now"),
                steps=steps,
                owner=words.owner(model, self.owner),
            )
        pools = words.joined(
            words.pool(model, need.pool) if need.pool else words.quoted(Text(*(need.same_server_as or "",) * 2))
            for need in self.by
        )
        return fill(Text("{steps}改由{pools}办理", "{steps}: done by {pools} now"), steps=steps, pools=pools)


class QueueOrder(Change):
    """In which order pools or sessions take their queues."""

    phase: ClassVar[int] = FIGURES
    queue_order: Ids = Field(min_length=1, description="pools or sessions")
    to: Discipline
    strict: bool | None = Field(default=None, description="of pools: nobody overtakes")

    def _applied(self, model: Model) -> Model:
        for id_ in self.queue_order:
            kind = "sessions" if id_ in model.sessions and id_ not in model.pools else "pools"
            part = find(getattr(model, kind), id_, words.POOL)
            fields: dict[str, Any] = {"discipline": self.to}
            if self.strict is not None and kind == "pools":
                fields["strict"] = self.strict
            model = words.replaced(model, kind, id_, changed(part, **fields))
        return model

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("queue", id_) for id_ in self.queue_order)

    def describe(self, model: Model) -> Text:
        known = {**model.sessions, **model.pools}
        queues = words.joined(words.quoted(words.name_of(known, id_)) for id_ in self.queue_order)
        return fill(Text("{queues}改为{order}", "{queues}: {order}"), queues=queues, order=_DISCIPLINES[self.to])


Queued = Annotated[tuple[str, ...], BeforeValidator(one_or_several)]


class Priority(Change):
    """Who goes first: the priority of steps, or of the cases of sources; lower goes first."""

    phase: ClassVar[int] = FIGURES
    priority: Queued = Field(min_length=1, description="steps (PROCESS/STEP) or sources")
    to: int

    def _applied(self, model: Model) -> Model:
        steps = tuple(target for target in self.priority if "/" in target)
        model = on_steps(model, steps, self._prior)
        for id_ in self.priority:
            if "/" not in id_:
                source = find(model.sources, id_, words.SOURCE)
                model = words.replaced(model, "sources", id_, changed(source, priority=self.to))
        return model

    def _prior(self, element: Element) -> Element:
        if not isinstance(element, (WorkStep, SessionStep)):
            raise InputError(
                Text("只有工作和集中办理有排队的先后", "only work and sessions have a queue"),
                Text("改选工作或集中办理", "name work or a session"),
                value=element.id,
            )
        return changed(element, priority=self.to)

    def touches(self, model: Model) -> frozenset[Touch]:
        return frozenset(("step" if "/" in target else "source", target, "priority") for target in self.priority)

    def describe(self, model: Model) -> Text:
        who = [
            words.step(model, target) if "/" in target else words.quoted(words.name_of(model.sources, target))
            for target in self.priority
        ]
        return fill(
            Text("{who}的优先级为 {n}(数小者先)", "Priority {n} for {who} (lower goes first)"),
            who=words.joined(who),
            n=self.to,
        )


def one_of(**given: Any) -> None:
    """Exactly one of these fields is written."""
    if sum(value is not None for value in given.values()) != 1:
        names = ", ".join(given)
        raise refuse(
            Text(f"须且只须写一种: {names}", f"give exactly one of {names}"),
            Text(f"留下 {names} 中的一个", f"keep one of {names}"),
        )


def _shared(values: list[Any], key: str) -> Any:
    if all(value == values[0] for value in values):
        return values[0]
    raise InputError(
        Text("合并的班组此项不同,须写明 {key}", "the merged pools differ in this: say it with {key}").format(key=key),
        Text("写上 {key}", "write {key}").format(key=key),
    )
