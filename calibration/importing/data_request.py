"""One page for the administrator of a system: which fields to export, which are the minimum, why, with an example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.model.yaml_source import parse
from sim.text import Language, Text

FILE = Path(__file__).with_name("requests.yaml")

_TITLE = Text("数据需求单:{name}", "Data request: {name}")
_INTRO = Text(
    "请从{system}导出以下字段,用于核对承诺时限(按时办结率、超期件、主要堵点)。数据只在本单位的电脑上处理。",
    "Please export these fields from {system}, to hold them against the promised limits. The data stay in the house.",
)
_SCOPE = (
    Text(
        "范围:统计期内受理或办结的全部办件,包括在办、终止、退件、挂起的;不要只导办结件。期间换过系统的,两边都导,并注明日期。",
        "Scope: every case accepted or closed in the period, with open, withdrawn and suspended ones; not closed ones "
        "alone. Where the system was replaced, export both and say when.",
    ),
    Text(
        "形式:每件一行(每个环节一列时间),或每个环节一行(开始和结束时间);CSV 或 xlsx;编号列设为文本。",
        "Form: a row a case with a column for each stage's time, or a row a stage with start and end; CSV or xlsx; ids "
        "as text.",
    ),
    Text(
        "时间:用系统自动记录的时间,到分钟;补录的请另加一列注明。",
        "Times: those that the system recorded, to the minute; mark what was entered later.",
    ),
    Text(
        "不要:姓名、身份证号、电话、地址、车牌、账号。已有的可先用 shixian anonymise 去掉。",
        "Not wanted: names, id numbers, phones, addresses, plates, accounts; shixian anonymise takes them out.",
    ),
)
_HEADS = (Text("字段", "field"), Text("要求", "needed"), Text("用途", "why"), Text("示例", "example"))
_NEED = {"must": Text("最低要求", "minimum"), "should": Text("尽量提供", "if possible")}
_ROW = Text("示例行(最低要求)", "An example row (the minimum)")


def page(service: str, language: Language) -> str:
    """The page as Markdown."""
    data = parse(FILE.read_text("utf-8"), FILE.name).data
    one = data["services"][service]
    fields = [*data["common"], *one["fields"], *data["closing"]]
    fields = [
        field | {"example": field["example"] or one["closed"]} if field["field"] == "办结时间" else field
        for field in fields
    ]
    name, system = one["name"][language], one["system"][language]
    lines = [f"# {_TITLE.in_(language).format(name=name)}", "", _INTRO.in_(language).format(system=system), ""]
    lines += [f"- {text.in_(language)}" for text in _SCOPE]
    lines += ["", *_table([[head.in_(language) for head in _HEADS], *(_row(one, language) for one in fields)])]
    least = [field for field in fields if field["need"] == "must"]
    lines += ["", f"{_ROW.in_(language)}:", "", "```text"]
    lines += [
        ", ".join(_name(field, "zh") for field in least),
        ", ".join(field["example"] for field in least),
        "```",
        "",
    ]
    return "\n".join(lines)


def _row(field: dict[str, Any], language: Language) -> list[str]:
    why = field["why"] if language == "zh" else field["why_en"]
    return [_name(field, language), _NEED[field["need"]].in_(language), why, field["example"]]


def _name(field: dict[str, Any], language: Language) -> str:
    return str(field["field"] if language == "zh" else f"{field['field']} ({field['en']})")


def _table(rows: list[list[str]]) -> list[str]:
    head, *others = [f"| {' | '.join(cells)} |" for cells in rows]
    return [head, f"|{' --- |' * len(rows[0])}", *others]
