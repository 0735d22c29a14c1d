"""pydantic's refusals in the words of somebody who fills in a file: place, value, rule and cure in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.errors import InputError, Path
from sim.model import described
from sim.model.places import Document
from sim.names import near_to, nearest
from sim.text import Text

_KEY = "[key]"
_LONGEST_BLOCK = 80
MOST_ERRORS = 100

_WORDS: dict[str, tuple[Text, Text]] = {
    "missing": (
        Text("缺少 {key}", "`{key}` is missing"),
        Text("补上 {key}", "add `{key}`"),
    ),
    "string_type": (
        Text("这里须为文字", "this is a text"),
        Text('给值加上引号,例如 "{value}"', 'put the value in quotes: "{value}"'),
    ),
    "int": (
        Text("这里须为整数", "this is a whole number"),
        Text("例如 2,不加引号", "for example 2, without quotes"),
    ),
    "float": (
        Text("这里须为数", "this is a number"),
        Text("例如 1.5", "for example 1.5"),
    ),
    "finite_number": (
        Text("这里须为有限的数", "the number is finite"),
        Text("例如 1.5", "for example 1.5"),
    ),
    "bool": (
        Text("这里须为 true 或 false", "this is true or false"),
        Text("写 true 或 false", "write true or false"),
    ),
    "date": (
        Text("这里须为日期", "this is a date"),
        Text("写成 年-月-日,例如 2021-01-01", "write YYYY-MM-DD, for example 2021-01-01"),
    ),
    "datetime": (
        Text("这里须为日期和时刻", "this is a date and a time"),
        Text("例如 2021-09-29 10:00", "for example 2021-09-29 10:00"),
    ),
    "dict": (
        Text("这里须为“键: 值”", "this is a mapping, `key: value`"),
        Text("换行缩进后写“键: 值”", "write `key: value` indented on the next lines"),
    ),
    "list": (
        Text("这里须为列表", "this is a list"),
        Text("各项以 - 开头,或写成 [甲, 乙]", "begin each item with -, or write [a, b]"),
    ),
    "too_short": (
        Text("至少须有 {min_length} 项", "at least {min_length} needed"),
        Text("补上缺少的项", "add what is missing"),
    ),
    "too_long": (
        Text("至多 {max_length} 项", "at most {max_length} allowed"),
        Text("删去多余的项", "take out what is too much"),
    ),
    "greater_than_equal": (
        Text("须不小于 {ge}", "at least {ge}"),
        Text("改正数值", "correct the number"),
    ),
    "greater_than": (
        Text("须大于 {gt}", "above {gt}"),
        Text("改正数值", "correct the number"),
    ),
    "less_than_equal": (
        Text("须不大于 {le}", "at most {le}"),
        Text("改正数值", "correct the number"),
    ),
    "less_than": (
        Text("须小于 {lt}", "below {lt}"),
        Text("改正数值", "correct the number"),
    ),
}
_SAME = {"model_type": "dict", "dict_type": "dict", "tuple_type": "list", "list_type": "list"}
_FAMILY = re.compile(r"(int|float|bool|datetime|date)_")


def refusals(error: ValidationError, document: Document) -> list[InputError]:
    """Each of pydantic's complaints once, in the order of the places."""
    complaints = list(_telling(error.errors(include_url=False)[: 2 * MOST_ERRORS], document))
    found = [_refusal(complaint, document) for complaint in complaints]
    unread = error.error_count() > 2 * MOST_ERRORS
    return first_of(sorted(found, key=lambda refusal: document.order(refusal.path)), unread)


def first_of(errors: list[InputError], unread: bool = False) -> list[InputError]:
    """No more than a reader can use; that there are more is said, also of those that are still ``unread``."""
    if len(errors) <= MOST_ERRORS and not unread:
        return errors
    more = InputError(
        Text("错误多于 {n} 处,其余未列出", "there are more than {n} errors; the others are not listed").format(
            n=MOST_ERRORS
        ),
        Text("先改正以上各处", "correct these first"),
        where=errors[-1].where,
        path=errors[-1].path,
    )
    return [*errors[:MOST_ERRORS], more]


def _telling(errors: Sequence[ErrorDetails], document: Document) -> Iterable[ErrorDetails]:
    """The complaints that tell something: no list is too short because its items were refused, no key is missing
    that was misspelt, and of the members of a plain union only the one that came furthest speaks."""
    misspelt = {
        (_written(document, error["loc"][:-1]), near)
        for error in errors
        if error["type"] == "extra_forbidden"
        if (near := _meant(error)) is not None
    }
    unions: dict[Path, dict[str | int, list[ErrorDetails]]] = {}
    for error in errors:
        loc, kind = error["loc"], error["type"]
        if kind == "too_short" and any(other["loc"][: len(loc)] == loc != other["loc"] for other in errors):
            continue
        if kind == "missing" and (_written(document, loc[:-1]), loc[-1]) in misspelt:
            continue
        union, member = _union(loc)
        if member is None:
            yield error
        else:
            unions.setdefault(union, {}).setdefault(member, []).append(error)
    for members in unions.values():
        yield from max(members.values(), key=lambda found: max(_depth(error, document) for error in found))


def _meant(error: ErrorDetails) -> str | None:
    loc = error["loc"]
    return near_to(str(loc[-1]), described.keys(described.at(loc[:-1], tags=True)))


def _union(loc: Path) -> tuple[Path, str | int | None]:
    """The place of the first plain union on the way, and the member that complains; pydantic names it by its type."""
    kinds = described.FOLDER
    for i, part in enumerate(loc):
        if one := described.tagged(kinds, part):
            kinds = one
        elif described.is_plain_union(kinds):
            return loc[:i], part
        else:
            kinds = described.below(kinds, part)
    return loc, None


def _written(document: Document, loc: Path) -> Path:
    return described.written(document.data, loc, tags=True)


def _depth(details: ErrorDetails, document: Document) -> int:
    return len(_written(document, details["loc"]))


def _refusal(details: ErrorDetails, document: Document) -> InputError:
    kind, loc, context = details["type"], details["loc"], details.get("ctx", {})
    if loc and loc[-1] == _KEY:
        return _at(document, _written(document, loc[:-1]), *_said(kind, context, loc[-2]), key=True)
    path = _written(document, loc)
    if kind == "extra_forbidden":
        return _at(
            document, path, *unknown_key(str(loc[-1]), described.keys(described.at(loc[:-1], tags=True))), key=True
        )
    if kind == "missing":
        rule, cure = _WORDS[kind]
        return _at(document, path, rule.format(key=loc[-1]), cure.format(key=loc[-1]), show=False)
    value = document.value(path)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _at(document, path, *_no_kind(value, described.at(loc, tags=True)))
    if kind == "literal_error":
        return _at(document, path, *_not_one_of(value, str(context["expected"])))
    return _at(document, path, *_said(kind, context, value, details["msg"]))


def _at(document: Document, path: Path, rule: Text, cure: Text, *, key: bool = False, show: bool = True) -> InputError:
    place = document.place(path, key=key)
    value = path[-1] if key else document.value(path)
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
        show = show and len(value) <= _LONGEST_BLOCK
    shown = {"value": value} if show else {}
    return InputError(rule, cure, where="" if place is None else str(place), path=path, **shown)


def _said(kind: str, context: dict[str, Any], value: Any, message: str = "") -> tuple[Text, Text]:
    if "rule_zh" in context:
        return Text(context["rule_zh"], context["rule_en"]), Text(context["cure_zh"], context["cure_en"])
    family = _FAMILY.match(kind)
    words = _WORDS.get(_SAME.get(kind, family[1] if family else kind))
    if words is None:
        return Text(f"取值不合规定({message})", f"this value does not fit: {message}"), Text("改正取值", "correct it")
    filled = {"value": value, **context}
    return words[0].format(**filled), words[1].format(**filled)


def unknown_key(key: str, known: Sequence[str]) -> tuple[Text, Text]:
    """BAD_INPUT 15: an unknown key is refused with the nearest known one."""
    return Text("这里没有“{key}”这个键", "there is no key `{key}` here").format(key=key), nearest(key, known)


def _no_kind(value: Any, kinds: Iterable[described.Kind]) -> tuple[Text, Text]:
    tags = [kind.tag for kind in kinds if kind.tag is not None]
    rule = Text("看不出这是哪一种内容", "it does not say what it is")
    if isinstance(value, dict):
        for key in value:
            if near := near_to(str(key), tags):
                return rule, Text("是否想把 {key} 写成 {near}?", "did you mean {near} instead of {key}?").format(
                    key=key, near=near
                )
    return rule, Text("首个键写 {tags} 之一", "let its first key be one of {tags}").format(tags=", ".join(tags))


def _not_one_of(value: Any, expected: str) -> tuple[Text, Text]:
    words = re.findall(r"'([^']*)'", expected)
    rule = Text("这里只能写 {words} 之一", "this is one of {words}").format(words=", ".join(words) or expected)
    return rule, nearest(str(value), words) if words else Text("改正取值", "correct it")
