"""A small model to reform, and its flow in one line: what the tests of reforms and scenarios share."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from sim.model.base import Model
from sim.model.process import Choice, Element, Flow, Optional, Parallel, SessionStep, WaitStep, WorkStep
from sim.model.reforms.change import Change
from sim.model.reforms.operators import AnyChange, AnyClockChange
from sim.model.scenario import Folder

SUPPLEMENT = {"wait": "supplement", "owner": "customer", "takes": "2 d"}
CONNECT = [
    {
        "step": "accept",
        "name": {"zh": "受理", "en": "acceptance"},
        "stage": "application",
        "by": "managers",
        "effort": {"mean": "2 h", "cv": 0.5, "assumption": ["1 h", "4 h"]},
        "rework": {"share": "20%", "first": [SUPPLEMENT]},
    },
    {"wait": "carry", "takes": "1 d"},
    {"step": "survey", "by": [{"same_server_as": "accept"}], "effort": "4 h"},
    {
        "step": "scheme",
        "by": "managers",
        "effort": {"p10": "1 h", "p50": "2 h", "p90": "4 h"},
        "rework": {"share": ["10%", "5%"], "back_to": "survey"},
    },
    {"wait": "road", "owner": "office", "calendar": "office-hours", "takes": {"mean": "10 wd", "cv": 0.5}},
    {"wait": "green", "owner": "office", "takes": "5 d"},
    {"optional": "digging", "share": "30%", "flow": [{"wait": "trench", "takes": "3 d"}]},
    {"step": "works", "by": ["crews", {"pool": "managers", "n": 1}], "effort": "8 h"},
    {"session": "joint", "at": "review"},
    {"mark": "power-on"},
]


def description(**sections: Any) -> dict[str, Any]:
    """The folder as its files would say it, some sections replaced."""
    return {
        "shixian": 1,
        "name": {"zh": "小城", "en": "Small town"},
        "study": {"from": "2021-01-01", "to": "2021-12-31"},
        "services": {"electricity": {"name": "电力"}},
        "owners": {"utility": {"name": "供电公司"}, "customer": {"name": "用户"}, "office": {"name": "审批局"}},
        "stages": {"application": {"name": "申请"}, "works-stage": {"name": "施工"}},
        "calendars": {
            "office-hours": {
                "name": "办公时间",
                "hours": {"workdays": ["08:30-12:00", "14:30-17:30"]},
                "seasons": [{"from": "10-01", "to": "04-30", "hours": {"workdays": ["08:30-12:00", "14:00-17:00"]}}],
                "closures": [{"id": "frost", "name": "冻土期", "from": "11-15", "to": "03-15"}],
            },
            "legal": {"name": "法定", "same_as": "office-hours"},
            "long-hours": {"name": "延时", "hours": {"workdays": "08:00-20:00", "sat": "08:30-12:00"}},
        },
        "sessions": {
            "review": {"name": "联审会", "calendar": "office-hours", "on": ["tue"], "at": "14:30", "length": "2 h"}
        },
        "pools": {
            "managers": {"name": "客户经理", "owner": "utility", "servers": 4, "calendar": "office-hours"},
            "crews": {
                "name": "施工队",
                "owner": "utility",
                "groups": [
                    {"servers": {"value": 3, "assumption": [2, 4]}, "calendar": "office-hours"},
                    {"servers": 1, "calendar": "long-hours"},
                ],
            },
        },
        "processes": {"connect": {"name": {"zh": "接电", "en": "Connection"}, "owner": "utility", "flow": CONNECT}},
        "sources": {
            "small": {
                "name": "小用户",
                "process": "connect",
                "per_year": {"value": 300, "assumption": [200, 400]},
                "attributes": {"size": {"short": "40%", "long": "60%"}},
            },
            "large": {"name": "大用户", "process": "connect", "per_year": 100, "class": "connect"},
        },
        "limits": {
            "E1": {
                "name": "接电时限",
                "service": "electricity",
                "item": "(六)11",
                "quote": "不超10个工作日",
                "english": "at most 10 working days",
                "responsible": "供电公司",
                "deadline": "6月15日前",
                "classes": ["connect"],
                "value": "10 wd",
                "statistic": "mean",
                "clock": {"stop": {"mark": "power-on"}},
                "readings": [
                    {"id": "whole", "name": "整日", "role": "default", "unit": "whole-days"},
                    {"id": "elapsed", "name": "跨度", "role": "plausible", "unit": "calendar-days"},
                ],
            }
        },
        **sections,
    }


def folder(**sections: Any) -> Folder:
    return Folder.model_validate(description(**sections))


def with_flow(*flow: Any) -> Model:
    """The model with another flow of its one process: texts are waits of a day, lists are parallel branches."""
    process = {"name": "接电", "owner": "utility", "flow": [_element(one) for one in flow]}
    return folder(processes={"connect": process}, limits={}).base()


def _element(one: Any) -> dict[str, Any]:
    if isinstance(one, str):
        return {"wait": one, "takes": "1 d"}
    if isinstance(one, list):
        return {"parallel": [[_element(inner) for inner in branch] for branch in one]}
    return one


def change(**written: Any) -> Change:
    """A change of the process as a file writes it."""
    found: Change = TypeAdapter(AnyChange).validate_python(written)
    return found


def clock_change(**written: Any) -> Change:
    """A change of the clock as a file writes it."""
    found: Change = TypeAdapter(AnyClockChange).validate_python(written)
    return found


def line(flow: Flow) -> str:
    """``a > (b | c > d) > [30%: e]``: the flow in one line; ``x<y`` goes back to y."""
    return " > ".join(_one(element) for element in flow) or "-"


def _one(element: Element) -> str:
    match element:
        case Parallel():
            return "(" + " | ".join(map(line, element.parallel)) + ")"
        case Choice():
            return "[" + "; ".join(f"{_who(branch)}: {line(branch.flow)}" for branch in element.branches) + "]"
        case Optional():
            return f"[{_who(element)}: {line(element.flow)}]"
        case WorkStep() | WaitStep() | SessionStep() if element.rework is not None and element.rework.back_to:
            return f"{element.id}<{element.rework.back_to}"
    return str(element.id)


def _who(branch: Any) -> str:
    if branch.share is not None:
        return f"{100 * branch.share.value:g}%"
    return "+".join(branch.when) if branch.when else "else"


def flow_of(model: Model, process: str = "connect") -> str:
    return line(model.processes[process].flow)


def step_of(model: Model, id_: str, process: str = "connect") -> Any:
    """The one element of that id."""
    found = [element for element in model.processes[process].elements() if element.id == id_]
    assert len(found) == 1
    return found[0]
