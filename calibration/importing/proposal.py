"""A mapping proposed from the columns' names and from what stands in them; what is not sure is left open and named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from calibration.importing.headers import Role, role_of
from calibration.importing.known_steps import LAST, NAMES, SERVICES, known_step, service_of, step_id
from calibration.importing.mapping import ClassRule, FileForm, LongColumns, Mapping, Means, State, Suspension
from calibration.importing.mapping_files import Notes
from calibration.importing.personal import KINDS, kind_by_header, kind_by_value
from calibration.importing.proposal_classes import class_rules
from calibration.importing.raw import RawTable
from calibration.importing.sampled import Column, Sample, words_of
from sim.errors import InputError
from sim.text import Text

STATES: dict[State, str] = {
    "open": "在办 办理中 处理中 进行中 未办结 流转中 审批中 受理中 待办 open active processing",
    "closed": "办结 已办结 归档 已归档 完成 已完成 完结 已完结 结案 已送电 办结归档 "
    "closed complete completed done finished",
    "withdrawn": "终止 作废 退件 撤回 撤销 已终止 已作废 已撤回 退回 已退件 取消 已取消 不予受理 "
    "cancelled canceled withdrawn",
    "suspended": "挂起 暂停 已挂起 中止 特别程序 suspended",
}
_MOST_STEPS = 300
_PAUSED = re.compile("挂起|暂停|中止|特别程序|暂缓")


@dataclass
class Proposal:
    """A mapping, on what each of its keys rests (``notes``), and what the user has to decide (``open``)."""

    mapping: Mapping
    service: str | None
    sample: Sample
    notes: dict[str, list[Text]]
    open: list[Text]

    def by_key(self) -> Notes:
        """The notes as the file of the mapping shows them."""
        return self.notes


@dataclass
class _Draft:
    sample: Sample
    service: str | None
    roles: dict[Role, list[Column]]
    notes: dict[str, list[Text]] = field(default_factory=dict)
    open: list[Text] = field(default_factory=list)

    def note(self, key: str, zh: str, en: str) -> None:
        self.notes.setdefault(key, []).append(Text(zh, en))

    def ask(self, key: str, zh: str, en: str) -> None:
        self.note(key, f"待定: {zh}", f"to decide: {en}")
        self.open.append(Text(zh, en))

    def first(self, role: Role, key: str) -> Column | None:
        """The column of a role; the name of the synonym that it matched, and the others, are told."""
        columns = self.roles.get(role, [])
        if not columns:
            return None
        column, others = columns[0], columns[1:]
        synonym = column.synonym
        self.note(key, f"“{column.name}”依列名({synonym})", f"{column.name!r} by its name ({synonym})")
        if others and role in ("case", "step", "state", "accepted", "closed"):
            names = ", ".join(other.name for other in others)
            self.ask(key, f"也可能是 {names}", f"it could be {names} as well")
        return column


def propose(table: RawTable, form: FileForm | None = None, service: str | None = None) -> Proposal:
    """Look at a table and propose what its columns mean. ``service`` is found by the words if it is not given.

    Errors: InputError where no column can name the case, or there is no time; the cure says what to write by hand.
    """
    sample = Sample.of(table)
    roles: dict[Role, list[Column]] = {}
    personal: list[Column] = []
    for column in sample.columns:
        found = role_of(column.name)
        kind = kind_by_header(column.name)
        if kind is None and not column.is_time and (found is None or found[0] in ("remark", "attribute", "number")):
            kind = kind_by_value(column.examples)
        if kind is not None:
            column.personal = kind
            personal.append(column)
        elif found is not None:
            column.role, column.rank, column.synonym = found
            roles.setdefault(found[0], []).append(column)
    for columns in roles.values():
        columns.sort(key=lambda column: column.rank)
    step = roles.get("step", [])
    words = list(sample.words(step[0].name)) if step else []
    service = service or service_of([column.name for column in sample.columns] + words + [table.source.name])
    draft = _Draft(sample, service, roles)
    return _proposed(table, form or FileForm(), draft, personal)


def _proposed(table: RawTable, form: FileForm, draft: _Draft, personal: list[Column]) -> Proposal:
    case = draft.first("case", "case") or _case_by_values(draft)
    is_long = _is_long(draft, case)
    said: dict[str, Any] = {"file": form, "form": "long" if is_long else "wide", "case": case.name}
    said |= _long(table, draft, case) if is_long else _wide(draft)
    state = draft.first("state", "state")
    if state is not None:
        said |= {"state": state.name, "states": _states(table, draft, state)}
    for key in ("due", "who", "unit", "district", "system"):
        column = draft.first(key, key)
        if column is not None and column.name not in said.values():
            said[key] = column.name
    said["suspensions"] = _suspensions(draft)
    kept = [column.name for column in draft.roles.get("attribute", [])]
    said["attributes"] = tuple(kept)
    said["personal"] = tuple(column.name for column in personal)
    for column in personal:
        kind = KINDS[column.personal]  # type: ignore[index]
        draft.note("personal", f"“{column.name}”: {kind.zh}", f"{column.name!r}: {kind.en}")
    _check_times(draft, said)
    words = words_of(table, kept + [column.name for column in draft.roles.get("step", [])])
    said["classes"] = rules = class_rules(words, draft.service)
    _tell_classes(draft, rules)
    mapping = Mapping.model_validate({key: value for key, value in said.items() if value is not None})
    return Proposal(mapping, draft.service, draft.sample, draft.notes, draft.open)


def _tell_classes(draft: _Draft, rules: tuple[ClassRule, ...]) -> None:
    if rules:
        draft.ask(
            "classes", "分类规则依列中的词拟出,请逐条核对", "the rules rest on words of the columns: look at each"
        )
    else:
        draft.ask(
            "classes",
            "没有看出分类规则;不分类则不能对照时限",
            "no rule of classes was seen; without one no limit applies",
        )


def _case_by_values(draft: _Draft) -> Column:
    """No name tells the case: the first column of ids, and the user is asked."""
    found = next((column for column in draft.sample.columns if column.is_id and column.personal is None), None)
    if found is None:
        raise InputError(
            Text("看不出哪一列是办件编号", "no column can be seen to name the case"),
            Text("在导出中加上办件编号,或自己写映射的 case", "export the case id, or write `case` in the mapping"),
            value=", ".join(column.name for column in draft.sample.columns),
        )
    draft.ask(
        "case", f"没有列名表示办件编号;按取值取“{found.name}”", f"no name tells the case; {found.name!r} by its values"
    )
    return found


def _is_long(draft: _Draft, case: Column) -> bool:
    repeats = draft.sample.rows > 0 and case.distinct < 0.9 * draft.sample.rows
    has_step = bool(draft.roles.get("step"))
    times = sum(column.is_time for column in draft.sample.columns)
    of_step = any(column.is_time for role in ("ready", "start", "end") for column in draft.roles.get(role, []))
    long = has_step and (repeats or (of_step and times <= 3))
    share = f"{case.distinct}/{draft.sample.rows}"
    zh, en = ("有", "there is a") if has_step else ("没有", "no")
    draft.note(
        "form",
        f"{zh}环节名列;样本中编号 {share} 不同;时间列 {times} 个",
        f"{en} column of steps; {share} ids of the sample differ; {times} columns of times",
    )
    if repeats and not has_step:
        draft.ask("form", "编号重复,却没有环节名列", "ids repeat, and yet no column names the step")
    return long


def _long(table: RawTable, draft: _Draft, case: Column) -> dict[str, Any]:
    step = draft.first("step", "long")
    assert step is not None
    times: dict[str, str] = {}
    for role in ("ready", "start", "end"):
        column = draft.first(role, "long")
        if column is not None and column.is_time:
            times[role] = column.name
    of_case: dict[str, str] = {}
    for role in ("accepted", "closed"):
        column = next((one for one in draft.roles.get(role, []) if one.is_time), None)  # type: ignore[call-overload]
        if column is None:
            continue
        if draft.sample.constant_within(case.name, column.name):
            of_case[role] = column.name
            draft.note(role, f"“{column.name}”在每件内不变", f"{column.name!r} is the same in all rows of a case")
        elif role == "closed" and "end" not in times:
            times["end"] = column.name
            draft.note(
                "long", f"“{column.name}”在一件内各行不同,作环节结束", f"{column.name!r} varies in a case: the end"
            )
    if not times:
        raise InputError(
            Text("看不出环节的时间在哪一列", "no column can be seen to hold the times of the steps"),
            Text("自己写映射的 long", "write `long` in the mapping yourself"),
            value=", ".join(column.name for column in draft.sample.columns),
        )
    lifecycle = draft.roles.get("lifecycle", [])
    if lifecycle:
        times["lifecycle"] = lifecycle[0].name
    words = words_of(table, [step.name])[step.name]
    if len(words) > _MOST_STEPS:
        draft.ask("steps", f"环节名有 {len(words)} 种,列名可能取错", f"{len(words)} names of steps: another column?")
    return {"long": LongColumns(step=step.name, **times), "steps": _meanings(draft, words, "steps"), **of_case}


def _wide(draft: _Draft) -> dict[str, Any]:
    other = {"due", "suspended", "resumed", "ready", "start"}
    columns = [c for c in draft.sample.columns if c.is_time and c.role not in other and c.personal is None]
    accepted, closed = (draft.roles.get(role, []) for role in ("accepted", "closed"))
    said: dict[str, Any] = {}
    first = next((column for column in accepted if column.is_time), None)
    if first is not None:
        draft.first("accepted", "accepted")
        said["accepted"] = first.name
    else:
        draft.ask("accepted", "没有受理时间列", "there is no column of the acceptance")
    ends = [column for column in closed if column.is_time]
    milestones = draft.sample.in_order_of_times([column for column in columns if column not in ends])
    if not milestones:
        raise InputError(
            Text("看不出任何时间列", "no column can be seen to hold times"),
            Text("检查表头行和时间写法", "look at the header row and at how times are written"),
            value=", ".join(column.name for column in draft.sample.columns),
        )
    names = [column.name for column in milestones]
    draft.note("milestones", "次序依各列时间的先后", "in the order in which their times mostly stand")
    said["milestones"] = _meanings(draft, names, "milestones")
    last = [name for name, means in said["milestones"].items() if means.step == LAST.get(draft.service or "")]
    if ends:
        said["closed"] = ends[0].name
        draft.note("closed", f"“{ends[0].name}”依列名", f"{ends[0].name!r} by its name")
    elif last:
        said["closed"] = last[-1]
        draft.ask(
            "closed", f"没有办结时间列,以“{last[-1]}”为办结", f"no column of the closing: {last[-1]!r} is taken for it"
        )
    else:
        draft.ask(
            "closed", "没有办结时间列,以末个时间为办结", "no column of the closing: the last time is taken for it"
        )
    if draft.service == "electricity":
        steps = {means.step for means in said["milestones"].values()}
        for lacking, zh in (("customer-design", "设计文件送审时间"), ("customer-works-rest", "竣工报验时间")):
            if lacking not in steps and "completion-inspection" in steps:
                draft.ask(
                    "milestones", f"没有{zh},用户用时分不出来", f"without {zh} the customer's time cannot be told apart"
                )
    return said


def _meanings(draft: _Draft, words: list[str], key: str) -> dict[str, Means]:
    found: dict[str, Means] = {}
    taken = {known.step for known in SERVICES.get(draft.service or "", ())}
    unknown = []
    for word in words:
        known = known_step(word, draft.service)
        if known is None:
            unknown.append(word)
            found[word] = Means(step=step_id(word, taken))
        else:
            found[word] = known.means
    if draft.service is not None:
        name = NAMES[draft.service]
        draft.note(key, f"按“{name.zh}”的常见步骤", f"by the usual steps of {name.en}")
    if unknown:
        listed = ", ".join(unknown[:12]) + (", …" if len(unknown) > 12 else "")
        draft.ask(key, f"未知的步骤,缺环节和责任方: {listed}", f"unknown steps, without stage and owner: {listed}")
    return found


def _states(table: RawTable, draft: _Draft, column: Column) -> dict[str, State]:
    known: dict[str, State] = {word: state for state, words in STATES.items() for word in words.split()}
    words = words_of(table, [column.name])[column.name]
    unknown = [word for word in words if word.lower() not in known]
    if unknown:
        listed = ", ".join(unknown[:12])
        draft.ask("states", f"不认识的状态词,请补上: {listed}", f"unknown words of the state, add them: {listed}")
    else:
        draft.note("states", "按常见状态词", "by the usual words")
    return {word: known[word.lower()] for word in words if word.lower() in known}


def _suspensions(draft: _Draft) -> tuple[Suspension, ...]:
    starts, ends = draft.roles.get("suspended", []), draft.roles.get("resumed", [])
    pairs = tuple(
        Suspension(start=a.name, end=b.name) for a, b in zip(starts, ends, strict=False) if a.is_time or b.is_time
    )
    for pair in pairs:
        draft.ask(
            "suspensions", f"“{pair.start}”至“{pair.end}”作挂起", f"{pair.start!r} to {pair.end!r} is a suspension"
        )
    remarks = [one for one in draft.sample.columns if (role := role_of(one.name)) is not None and role[0] == "remark"]
    for column in remarks if not pairs else []:
        told = sum(1 for cell in draft.sample.cells[column.name] if cell and _PAUSED.search(cell))
        if told:
            draft.ask(
                "suspensions",
                f"“{column.name}”有 {told} 行提到挂起,却没有起止时间列,不能扣除",
                f"{told} rows of {column.name!r} speak of a suspension, and no columns have its times: not left out",
            )
    for alone in [*starts[len(ends) :], *ends[len(starts) :]]:
        draft.ask("suspensions", f"“{alone.name}”没有配对的列", f"{alone.name!r} has no column to go with")
    return pairs


def _check_times(draft: _Draft, said: dict[str, Any]) -> None:
    """Columns of times whose order of day and month, or zone, stays open: the user is asked."""
    for column in draft.sample.columns:
        if column.trouble is not None:
            draft.ask("dates", f"“{column.name}”: {column.trouble.zh}", f"{column.name!r}: {column.trouble.en}")
