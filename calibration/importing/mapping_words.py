"""What each key of a mapping means, in both languages; and what its reader says of a value that does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from calibration.importing.mapping import ClassRule, FileForm, LongColumns, Mapping, Means, Order, State, Suspension
from sim.errors import InputError, InputErrors
from sim.model.part import Part
from sim.model.places import Document
from sim.names import nearest
from sim.text import Text

KEYS: dict[str, Text] = {
    "file": Text(
        "怎样读文件;不写的自动识别:encoding 编码、delimiter 分隔符、sheet 工作表、header_rows 表头行",
        "how to read the file; what is left out is found: encoding, delimiter, sheet, header_rows",
    ),
    "form": Text("long:每行一个环节或事件;wide:每行一件", "long: a row an event or step; wide: a row a case"),
    "case": Text("办件编号所在的列", "the column that names the case"),
    "long": Text(
        "长表的列:step 环节名,ready 到达,start 开始,end 结束,lifecycle 事件类型",
        "columns of the long form: step (its name), ready (arrived), start, end, lifecycle (kind of event)",
    ),
    "milestones": Text(
        "宽表的时间列,按办理顺序;每列是所写步骤(step)的结束,或只是一个时点(mark)",
        "columns of times, in the order of the process; each is the end of its step, or only a mark",
    ),
    "steps": Text(
        "文件里的环节名 -> 步骤(step)、时点(mark)、环节(stage)、责任方(owner);{} 表示不计",
        "names of steps in the file -> step, mark, stage, owner; {} leaves one out",
    ),
    "accepted": Text("受理时间列;不写则取首个事件", "column of the acceptance; left out: the first event"),
    "closed": Text("办结时间列;不写则取末个事件", "column of the closing; left out: the last event"),
    "due": Text("承诺办结时间列,用来查是否集中在到期日", "column of the last day promised, to test for heaping"),
    "state": Text("办件状态列", "column of the state of the case"),
    "states": Text(
        "状态词 -> open 在办、closed 办结、withdrawn 终止撤回、suspended 挂起",
        "words of the state -> open, closed, withdrawn, suspended",
    ),
    "suspensions": Text("挂起(特别程序)的起、止时间列", "columns of the begin and the end of a suspension"),
    "who": Text("经办人列;处处换成代号", "column of the staff: a pseudonym everywhere"),
    "unit": Text("办理单位列", "column of the office"),
    "district": Text("区县列", "column of the district"),
    "system": Text("该行来自哪个系统的列", "column that tells which system a row came from"),
    "attributes": Text("保留下来分类和列表用的列", "columns kept for classes and tables"),
    "personal": Text("个人信息列:一律不读入", "columns of personal data: never read in"),
    "dates": Text(
        "03/04 两可时的次序:year-first、day-first、month-first", "where 03/04 could be both: which part is first"
    ),
    "zone": Text("带时区的时间换算到哪个时区", "zone to whose local times aware times are converted"),
    "classes": Text(
        "分类规则,自上而下,先合者为准;when 不写表示其余全部",
        "rules of classes, the first that fits wins; without `when`: every case that is left",
    ),
}
"""In the order of the file."""

_PARTS: dict[str, type[Part]] = {
    "file": FileForm, "long": LongColumns, "milestones": Means, "steps": Means,
    "suspensions": Suspension, "classes": ClassRule,
}  # fmt: skip
CHOICES: dict[str, tuple[str, ...]] = {
    "form": ("long", "wide"),
    "dates": get_args(Order),
    "states": get_args(State),
}


def mapping_of(document: Document) -> Mapping:
    """The mapping that a file describes. Errors: InputErrors with the place, value, rule and cure of each."""
    try:
        return Mapping.model_validate(document.data)
    except ValidationError as error:
        raise InputErrors([_refusal(one, document) for one in error.errors()]) from None


def _refusal(details: ErrorDetails, document: Document) -> InputError:
    kind, path = details["type"], tuple(details["loc"])
    context = details.get("ctx", {})
    if kind == "missing":
        rule = Text(f"缺少 {path[-1]}", f"`{path[-1]}` is missing")
        return _at(document, path[:-1], rule, Text(f"补上 {path[-1]}", f"add `{path[-1]}`"), shown=False)
    if kind == "extra_forbidden":
        rule = Text(f"这里没有“{path[-1]}”这个键", f"there is no key `{path[-1]}` here")
        return _at(document, path, rule, nearest(str(path[-1]), _known(path[:-1])), key=True)
    if path and path[-1] == "[key]":
        path = path[:-1]
    if "rule_zh" in context:
        rule = Text(context["rule_zh"], context["rule_en"])
        return _at(document, path, rule, Text(context["cure_zh"], context["cure_en"]), shown=bool(path))
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        rule = Text(f"这里只能写 {expected} 之一", f"this is one of {expected}")
        return _at(document, path, rule, nearest(str(_value(document, path)), expected.split(", ")))
    rule = Text(f"取值不合规定({details['msg']})", f"this value does not fit: {details['msg']}")
    wanted = _TYPES.get(kind.split("_")[0], Text("照模板改正", "correct it as in the template"))
    return _at(document, path, rule, wanted)


_TYPES = {
    "string": Text('写成文字,数字加引号,如 "2021";长度 1 至 200', 'write a text of 1 to 200 letters, as "2021"'),
    "tuple": Text("写成列表,如 [甲, 乙]", "write a list, as in [one, other]"),
    "dict": Text("写成“键: 值”", "write `key: value`"),
    "model": Text("写成 {键: 值}", "write {key: value}"),
    "int": Text("写成整数", "write a whole number"),
}


def _known(path: tuple[str | int, ...]) -> Iterable[str]:
    if not path:
        return ["shixian_mapping", *KEYS]
    part = _PARTS.get(str(path[0]))
    return [] if part is None else [field.alias or name for name, field in part.model_fields.items()]


def _value(document: Document, path: tuple[str | int, ...]) -> Any:
    try:
        return document.value(path)
    except (KeyError, IndexError, TypeError):
        return None


def _at(
    document: Document, path: tuple[str | int, ...], rule: Text, cure: Text, *, key: bool = False, shown: bool = True
) -> InputError:
    value = path[-1] if key else _value(document, path)
    while path and _value(document, path) is None and path not in document.marks:
        path = path[:-1]
    place = document.place(path, key=key or isinstance(_value(document, path), (dict, list)))
    given = {} if not shown or value is None else {"value": value}
    return InputError(rule, cure, where="" if place is None else str(place), path=path, **given)
